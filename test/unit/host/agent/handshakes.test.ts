import assert from "node:assert/strict";
import type { Effects } from "@metrics-link/host/agent/effects.ts";
import { lastHandshakes } from "@metrics-link/host/agent/evidence/handshakes.ts";
import { eachLine } from "@metrics-link/host/agent/host-effects/process.ts";
import { packHostEvidence } from "@metrics-link/release";
import { describe, it } from "mocha";

const now = Date.parse("2026-11-22T08:00:00Z");
const at = (minutesAgo: number) => new Date(now - minutesAgo * 60_000).toISOString();

type Line = Record<string, string | number | null>;
const connection = (line: Line): Line => ({ type: "connection", tls_failure: null, ...line });
const stranger = (minutesAgo: number, changes: Line = {}) =>
  connection({
    start: at(minutesAgo),
    source: "203.0.113.66:40000",
    filter_chain: "account-b",
    tls_failure: "TLS_error:|268435581:SSL routines:OPENSSL_internal:PEER_DID_NOT_RETURN_A_CERTIFICATE:TLS_error_end",
    ...changes,
  });
const stolen = connection({
  start: at(600),
  source: "192.0.2.66:5",
  filter_chain: "elsewhere",
  peer_sha256: "ab",
  peer_san: "metrics-sender.account-a.internal",
});
const untrusted = stranger(700, {
  tls_failure: "TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:TLS_error_end",
});
const accepted: Line = {
  type: "request",
  start: at(800),
  filter_chain: "account-a",
  peer_sha256: "cd",
  tls_failure: null,
  status: 204,
};

/** A journal that answers as journalctl does, with the newest line first. */
function journalOf(lines: readonly Line[], own: readonly string[] = [], oldest = now - 9 * 86_400_000) {
  const output = (argv: readonly string[]) => {
    if (argv.includes("--output=short-unix")) return [`${oldest / 1000} host kernel: Linux`];
    const word = (name: string) => argv.find((one) => one.startsWith(`--${name}=`))?.slice(name.length + 3);
    const all = word("unit") === "metrics-link-envoy.service" ? lines.map((line) => JSON.stringify(line)) : own;
    const grep = new RegExp(word("grep") ?? "");
    return all.filter((line) => grep.test(line)).slice(0, Number(word("lines") ?? Number.POSITIVE_INFINITY));
  };
  return {
    now: () => now,
    run: async (argv: readonly string[]) => ({ code: 0, output: output(argv).join("\n") }),
    eachLine: async (argv: readonly string[], take: (line: string) => void) => {
      for (const line of output(argv)) take(line);
      return { code: 0, errors: "", cut: false };
    },
  } as unknown as Effects;
}

const flood = (count: number, changes: (index: number) => Line = () => ({})) =>
  Array.from({ length: count }, (_, index) => stranger(1 + index / 1000, changes(index)));

describe("agent: handshakes in Envoy's log", () => {
  const about = ({ refused }: Awaited<ReturnType<typeof lastHandshakes>>) =>
    refused.map(({ kind, count }) => `${count} ${kind}`);

  it("are not hidden by ten thousand that failed after them", async () => {
    const found = await lastHandshakes(journalOf([...flood(10_000), stolen, untrusted, accepted]));
    assert.deepEqual(about(found), [
      "1 a valid certificate from a wrong address",
      "1 an untrusted certificate",
      "10000 no certificate",
    ]);
    assert.deepEqual(
      found.accepted.map(({ start }) => start),
      [at(800)],
    );
    assert.deepEqual(found.cut, []);
    assert.equal(found.refused[2]?.start, at(1));
    assert.equal(found.refused[2]?.first, at(1 + 9.999));
  });

  it("take no more room when each of the noise comes from somewhere else, and what was left out is told", async () => {
    const noise = flood(5_000, (index) => ({
      source: `203.0.${index >> 8}.${index & 255}:1`,
      peer_subject: "x".repeat(9_999),
    }));
    const found = await lastHandshakes(journalOf([...noise, stolen, untrusted, accepted]));
    assert.equal(about(found)[0], "1 a valid certificate from a wrong address");
    assert.ok(about(found).includes("1 an untrusted certificate"));
    assert.deepEqual(found.cut, ["4988 more refused for no certificate, from other sources or for other reasons"]);
    const evidence = { handshakes: { value: found } } as never;
    assert.ok(packHostEvidence(evidence).length < 8_000);
  });

  it("say how far back the journal reaches, and what journald did not keep", async () => {
    const suppressed = "Suppressed 120000 messages from metrics-link-envoy.service";
    const found = await lastHandshakes(journalOf([stolen], [suppressed], now - 3_600_000));
    assert.equal(found.since, at(60));
    assert.deepEqual(found.cut, [`journald dropped lines: ${suppressed}`]);
    assert.equal((await lastHandshakes(journalOf([]))).since, new Date(now - 7 * 86_400_000).toISOString());
  });

  it("say so when there are too many to be read in time", async () => {
    const cut = async () => ({ code: null, errors: "", cut: true });
    const found = await lastHandshakes({ now: () => now, eachLine: cut });
    assert.match(found.cut.join("\n"), /reading the log timed out after 20 s/);
  });

  it("are read line by line, and the program is ended at its limit", async () => {
    const lines: string[] = [];
    const endless = ["sh", "-c", "echo one; echo two; exec sleep 600"];
    assert.deepEqual(await eachLine(endless, (line) => lines.push(line), { timeoutMs: 300 }), {
      code: null,
      errors: "",
      cut: true,
    });
    assert.deepEqual(lines, ["one", "two"]);
  });
});
