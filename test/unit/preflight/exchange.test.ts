import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ExchangeEvidence, exitCodes, passphrase, preflight, priceTable, reportOf } from "@metrics-link/preflight";
import { renderText } from "@metrics-link/report";
import priceFile from "../../../packages/preflight/prices.json" with { type: "json" };
import { rootsOf } from "../../../scripts/preflight/machine.ts";
import { selfSigned } from "../../support/openssl.ts";
import { type Case, findingOf, judgesExchanges } from "./support/cases.ts";
import { exchangeExample, readyExchange } from "./support/ready.ts";

const full = { quotas: { addresses: { value: { limit: 5, used: 5 } } } };
const secrets = "passphrase of the state";

const cases: readonly Case<ExchangeEvidence>[] = [
  ["nothing in the way", {}, "identity", "ok", /deployer/],
  ["too few addresses", full, "quota of addresses", "critical", /1 more Elastic IP addresses do not fit/],
  ["addresses that it has", { ...full, deployed: { value: true } }, "quota of addresses", "ok", /its own; 5 of 5/],
  [
    "a key of its own",
    { secrets: { value: { address: "awskms:///arn", key: { value: { arn: "arn", enabled: true } } } } },
    secrets,
    "critical",
    /awskms:\/\/\/arn: no peer can read this stack[\s\S]*change-secrets-provider passphrase/,
  ],
  [
    "another passphrase",
    { secrets: { value: { address: passphrase, key: undefined } } },
    secrets,
    "critical",
    /PULUMI_CONFIG_PASSPHRASE is not set and empty/,
  ],
  [
    "a stack that was never made",
    { secrets: { value: undefined } },
    secrets,
    "critical",
    /--secrets-provider passphrase/,
  ],
  [
    "a state that only this machine has",
    { backend: { value: { url: "file:///home/me", versioned: undefined } } },
    "state",
    "warning",
    /this machine alone/,
  ],
  [
    "a plugin that is not there",
    { plugins: { value: [{ name: "aws", version: "7.48.0", path: undefined, pinned: false }] } },
    "plugins",
    "critical",
    /aws are not on PATH/,
  ],
  [
    "roots that are yet to come",
    { ceremony: { value: { signed: false, problems: [] } } },
    "certificates",
    "warning",
    /pki\/account-a has not yet the roots of generation 1[\s\S]*hold the ceremony/,
  ],
  [
    "a root that is none",
    { ceremony: { value: { signed: false, problems: ["root-g1.pem is …"] } } },
    "certificates",
    "critical",
    /root-g1\.pem/,
  ],
];

describe("a preflight of an exchange stack", () => {
  judgesExchanges(cases);

  it("has no rows of a host, and leaves the cost of the addresses to the stack with the host", () => {
    const evidence = readyExchange();
    const judged = preflight(evidence);
    assert.deepEqual(
      judged.sections.map(({ title }) => title),
      ["Access", "Quotas", "Services", "This machine"],
    );
    assert.equal(exitCodes[judged.verdict.severity], 0);
    const text = renderText(reportOf(evidence, judged, priceTable.parse(priceFile)));
    assert.match(text, /addresses are in the cost of organization\/metrics-link\/sender/);
    assert.doesNotMatch(text, /Together/);
  });

  it("counts an address for each that a receiver shows, but for those that it takes over", () => {
    const shows = (keys: string) =>
      exchangeExample("receiver", (text) => text.replace("    role: receiver", `    role: receiver\n${keys}`));
    const one = { quotas: { addresses: { value: { limit: 5, used: 4 } } } };
    const found = (keys: string) => findingOf({ ...readyExchange(shows(keys)), ...one }, "quota of addresses");
    assert.match(found("    addresses: 2").what, /^2 more Elastic IP addresses do not fit/);
    const kept = "    addresses: 2\n    addressAllocations: [eipalloc-0123456789abcdef0, eipalloc-0123456789abcdef1]";
    assert.equal(found(kept).what, "the update makes none; 4 of 5 in use");
  });

  it("knows nothing of what it could not ask", () => {
    const error = { error: "is not authorized to perform" };
    const { sections } = preflight({
      ...readyExchange(),
      ...{
        deployed: error,
        caller: error,
        role: error,
        backend: error,
        secrets: error,
        plugins: error,
        ceremony: error,
      },
      quotas: { addresses: error },
    });
    for (const { subject, severity } of sections.flatMap(({ findings }) => findings)) {
      assert.equal(severity, "not known", subject);
    }
  });

  it("reads the roots as the update does", () => {
    const folder = mkdtempSync(join(tmpdir(), "metrics-link-roots-"));
    const roots = join(folder, "pki");
    const { pki, ...others } = exchangeExample("sender");
    const read = () => rootsOf({ ...others, pki: { ...pki, artefacts: roots } });
    try {
      assert.deepEqual(read(), { signed: false, problems: [] });
      mkdirSync(roots);
      writeFileSync(join(roots, "root-g1.pem"), "no certificate\n");
      const [problem = "", ...more] = read().problems;
      assert.match(problem, /root-g1\.pem/);
      assert.deepEqual(more, []);
      writeFileSync(join(roots, "root-g1.pem"), selfSigned("root").pem);
      assert.deepEqual(read(), { signed: true, problems: [] });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
