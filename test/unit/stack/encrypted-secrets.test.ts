import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { configurationKey, configurationNamespace, parseConfiguration } from "@metrics-link/config";
import { secretsInClear } from "@metrics-link/stacks/encrypted-secrets.ts";
import { parse, stringify } from "yaml";

const { config } = parse(readFileSync(new URL("../../../stacks/examples/sender.yaml", import.meta.url), "utf8"));
const url = "https://alertmanager.example.com";

const secretPaths = [
  "metrics-link:prometheus.secrets.shop-password",
  "metrics-link:prometheus.alertmanagers[0].basicAuth.password",
  "metrics-link:prometheus.alertmanagers[1].bearerToken",
  "metrics-link:prometheus.alertmanagers[1].clientCertificate.key",
];

/** Other forms of a file in which Pulumi reads the same. */
const forms: Readonly<Record<string, (file: string) => string>> = {
  "a section that is a JSON text": (file) => {
    const { config } = parse(file);
    const section = JSON.stringify(config["metrics-link:prometheus"]);
    return stringify({ config: { ...config, "metrics-link:prometheus": section } });
  },
  "a section that is a JSON text of several lines": (file) => {
    const { config } = parse(file);
    const section = JSON.stringify(config["metrics-link:prometheus"], undefined, 2);
    return stringify({ config: { ...config, "metrics-link:prometheus": section } });
  },
  "a section with a merge key": (file) => {
    const { config } = parse(file);
    const section = { "<<": config["metrics-link:prometheus"] };
    return stringify({ config: { ...config, "metrics-link:prometheus": section } });
  },
  "a section that is an alias": (file) => {
    const { config } = parse(file);
    const { "metrics-link:prometheus": section, ...others } = config;
    return stringify({ config: { "a:b": section, ...others, "metrics-link:prometheus": section } });
  },
  "the long form of a key": (file) => file.replace("metrics-link:prometheus:", "metrics-link:config:prometheus:"),
};

/** What is said of a stack whose configuration is as Pulumi decrypts it, and whose file has what `written` says. */
function problemsOf(written: (value: string) => unknown, form: (file: string) => string = (file) => file) {
  const withSecrets = (of: (value: string) => unknown) => ({
    ...config,
    "metrics-link:prometheus": {
      ...config["metrics-link:prometheus"],
      secrets: { "shop-password": of("hunter2"), other: of("hunter3") },
      alertmanagers: [
        { url, basicAuth: { username: "a", password: of("hunter4") } },
        {
          url: `${url}:9093`,
          bearerToken: of("hunter5"),
          clientCertificate: { certificate: "a.pem", key: of("hunter6") },
        },
      ],
    },
  });
  const keys = Object.entries(withSecrets((value) => value)).filter(([key]) => key.startsWith(configurationNamespace));
  const raw = Object.fromEntries(keys.map(([key, value]) => [key.slice(configurationNamespace.length + 1), value]));
  return secretsInClear(parseConfiguration(raw), "production", form(stringify({ config: withSecrets(written) })));
}

describe("the secrets of a stack's file", () => {
  it("may stand there encrypted", () =>
    assert.deepEqual(
      problemsOf(() => ({ secure: "v1:AAAA" })),
      [],
    ));

  it("may be in another file, which Pulumi was told of", () =>
    assert.deepEqual(
      problemsOf(() => undefined),
      [],
    ));

  it("are refused in clear, all at once, each with the command that encrypts it", () => {
    const problems = problemsOf((value) => (value === "hunter3" ? { secure: "v1:AAAA" } : value));
    assert.deepEqual(
      problems.map(({ path }) => configurationKey(path)),
      secretPaths,
    );
    for (const { path, remedy } of problems)
      assert.ok(
        remedy.includes(`\`pulumi config set --path '${configurationKey(path)}' --secret -s production\``),
        remedy,
      );
    assert.doesNotMatch(JSON.stringify(problems), /hunter/);
  });

  for (const [what, form] of Object.entries(forms)) {
    it(`are found in clear in ${what}`, () => {
      const problems = problemsOf((value) => (value === "hunter3" ? { secure: "v1:AAAA" } : value), form);
      assert.deepEqual(
        problems.map(({ path }) => configurationKey(path)),
        secretPaths,
      );
    });
  }
});
