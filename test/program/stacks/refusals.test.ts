/** What a program refuses before it registers anything, and how a person sees it. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseDocument } from "yaml";
import { openssl, selfSigned } from "../../support/openssl.ts";
import { ownEnvironment, runPulumi } from "../support/engine.ts";
import type { Registration } from "../support/recording.ts";
import { build, ownStack } from "./stacks.ts";

const repository = resolve(import.meta.dirname, "../../..");

describe("a refusal of the program", () => {
  const own = selfSigned("own root");
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "refusals-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const expired = () => {
    const [key, csr, pem] = ["ca.key", "ca.csr", "ca.pem"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    openssl(
      "req",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-keyout",
      key,
      "-out",
      csr,
      "-subj",
      "/O=Acme, Inc./CN=Acme, Inc. CA",
    );
    openssl("x509", "-req", "-in", csr, "-key", key, "-days", "-1", "-out", pem);
    return pem;
  };
  const alertmanager = (ca: string) => ({
    "metrics-link:prometheus": {
      externalLabels: { account: "a" },
      alertmanagers: [{ url: "https://am.example.com", ca }],
    },
  });

  const cases: readonly [what: string, change: () => Record<string, unknown>, message: RegExp][] = [
    [
      "an authority's file that is missing",
      () => alertmanager("nowhere.pem"),
      /alertmanagers\[0\]\.ca is "nowhere\.pem": a file of/,
    ],
    ["an authority's file that is a folder", () => alertmanager("docs"), /alertmanagers\[0\]\.ca is "docs": a file of/],
    [
      "an authority's file that is no PEM",
      () => alertmanager("README.md"),
      /alertmanagers\[0\]\.ca is "README\.md": .*PEM/,
    ],
    ["an authority's file with nothing", () => alertmanager(file("empty.pem", "")), /at least one PEM certificate/],
    [
      "an authority that has expired",
      () => alertmanager(expired()),
      /valid now, .*: O=Acme, Inc\., CN=Acme, Inc\. CA is valid from/,
    ],
    [
      "a ceremony's folder that is a file",
      () => ({ "metrics-link:pki": { organization: "A", dnsName: "a.internal", artefacts: "README.md" } }),
      /metrics-link:pki\.artefacts is "README\.md": a folder of the repository/,
    ],
    [
      "a ceremony's file that is a folder",
      () => {
        mkdirSync(join(folder, "pki", "root-g1.pem"), { recursive: true });
        return { "metrics-link:pki": { organization: "A", dnsName: "a.internal", artefacts: join(folder, "pki") } };
      },
      /root-g1\.pem is "root-g1\.pem": a file with one certificate/,
    ],
    [
      "a rule that Prometheus does not take",
      () => ({
        "metrics-link:prometheus": { externalLabels: { account: "a" }, rules: "test/program/stacks/broken-rules" },
      }),
      /parse error/,
    ],
    [
      "an alert that does not exist",
      () => ({ "metrics-link:prometheus": { externalLabels: { account: "a" }, alerts: { LinkBehnd: { for: "5m" } } } }),
      /prometheus\.alerts\.LinkBehnd/,
    ],
    [
      "a peer that is this stack",
      () => ({ "metrics-link:peer": { stack: ownStack } }),
      /metrics-link:peer\.stack is "organization\/metrics-link\/test": another stack/,
    ],
    [
      "a section that only begins like one",
      () => ({ "metrics-link:network": "{cidr" }),
      /metrics-link:network is "\{cidr": a section with the keys cidr, zones/,
    ],
  ];
  for (const [what, change, message] of cases) {
    it(`of ${what} comes before any resource, and names it`, async () => {
      const seen: Registration[] = [];
      await assert.rejects(build("sender", { root: own.pem, change: change(), seen }), (error: Error) => {
        assert.equal(error.constructor.name, "RunError");
        assert.match(error.message, message);
        assert.match(error.message, /^[A-Z_]+: /);
        return true;
      });
      assert.deepEqual(seen, []);
    });
  }

  it("tells everything that is wrong at once, and pulumi preview shows file, line, key, value and remedy alone", async function () {
    this.timeout(120_000);
    const stack = `refusals-${process.pid}`;
    const path = join(repository, "stacks", `Pulumi.${stack}.yaml`);
    const document = parseDocument(readFileSync(join(repository, "stacks/examples/sender.yaml"), "utf8"));
    document.setIn(["config", "metrics-link:account", "region"], "us-east-1");
    document.setIn(["config", "metrics-link:host", "dataVolumeGiB"], "50");
    document.setIn(["config", "metrics-link:prometheus", "alerts"], { LinkBehnd: { for: "5m" } });
    const alertmanager = { url: "https://am.example.com", ca: "nowhere.pem", bearerToken: "hunter2" };
    document.setIn(["config", "metrics-link:prometheus", "alertmanagers"], [alertmanager]);
    document.setIn(["config", "metrics-link:peer", "stack"], `organization/metrics-link/${stack}`);
    mkdirSync(join(folder, "state"));
    const env = { ...ownEnvironment(folder), PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" };
    const pulumi = (...words: string[]) => runPulumi(repository, words, env);
    try {
      writeFileSync(path, document.toString());
      assert.equal((await pulumi("stack", "init", stack)).code, 0);
      const { code, output } = await pulumi("preview", "-s", stack);
      assert.notEqual(code, 0);
      const [, told = ""] = /Diagnostics:[\s\S]*?error: (CONFIGURATION_INVALID[\s\S]*?)\n\n/.exec(output) ?? [];
      assert.equal(
        told.replaceAll(/\n\s+/g, "\n"),
        [
          `CONFIGURATION_INVALID: stacks/Pulumi.${stack}.yaml has wrong values:`,
          '- line 14: metrics-link:network.zones[0] is "eu-west-1a": a zone of us-east-1, such as us-east-1a',
          '- line 18: metrics-link:host.dataVolumeGiB is "50": a whole number without quotes, 1 to 16384 GiB, the size of the data volume',
          '- line 35: metrics-link:prometheus.alerts.LinkBehnd is {"for":"5m"}: the name of an alert; docs/runbooks/README.md has them',
          `- line 39: metrics-link:prometheus.alertmanagers[0].ca is "nowhere.pem": a file of the repository, relative to its root: ENOENT: no such file or directory, open '${join(repository, "nowhere.pem")}'`,
          `- line 40: metrics-link:prometheus.alertmanagers[0].bearerToken is "(not shown: it may be a secret)": encrypted, by \`pulumi config set --path 'metrics-link:prometheus.alertmanagers[0].bearerToken' --secret -s ${stack}\`; and another secret, for this one was in a file in clear`,
          `- line 42: metrics-link:peer.stack is "organization/metrics-link/${stack}": another stack: this is its own name`,
        ].join("\n"),
        output,
      );
    } finally {
      rmSync(path, { force: true });
    }
  });
});
