/** Every call of `npm run fleet` in docs/fleet.md, in the order of the page. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { command, fleet } from "../../../scripts/fleet/index.ts";
import { settle } from "../../../scripts/stack/command-line.ts";
import { repository } from "../../../scripts/stack/context.ts";
import { blocksOf } from "../../support/blocks.ts";
import { outputsOf, rootOf } from "../fleet/contracts.ts";
import { printed } from "../scripts/support.ts";

const stack = "fleet-page-test";

describe("docs/fleet.md", () => {
  const mail = mkdtempSync(join(tmpdir(), "mail-"));
  const checkout = mkdtempSync(join(tmpdir(), "checkout-"));
  before(() => {
    const stackFile = join(checkout, `stacks/Pulumi.${stack}.yaml`);
    mkdirSync(join(checkout, "stacks"));
    const example = readFileSync(join(repository, "stacks/examples/receiver.yaml"), "utf8");
    writeFileSync(stackFile, `${example}  metrics-link:fleet: fleet/senders\n`);
    const labels = { labels: { account: "111111111111" } };
    writeFileSync(join(mail, "shop.json"), JSON.stringify({ ...outputsOf("shop", "8.8.8.8"), contractLabels: labels }));
  });
  after(() => {
    for (const path of [mail, checkout]) rmSync(path, { recursive: true });
  });

  /** The words of a line of a shell, which has nothing but quotes. */
  const wordsOf = (line: string) =>
    [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
  /** What stands for the reader's own on the page. */
  const own = (word: string) => {
    if (word === "production-receiver") return stack;
    if (/^[0-9A-F]{64}$/.test(word)) return rootOf("shop").fingerprint;
    return word.endsWith(".json") || word.endsWith(".html") ? join(mail, basename(word)) : word;
  };
  const calls = blocksOf(readFileSync(join(repository, "docs/fleet.md"), "utf8"))
    .filter(({ language }) => language === "sh")
    .flatMap(({ text }) => text.split("\n"))
    .filter((line) => line.startsWith("npm run -s fleet -- "))
    .map((line) => line.slice("npm run -s fleet -- ".length));

  it("calls every command", () => {
    const named = new Set(calls.map((call) => call.split(" ")[0]));
    const all = [...command.usage.matchAll(/^ {2}([a-z]+) {2,}|^ {2}([a-z]+) NAME/gm)].map(
      ([, one, other]) => one ?? other,
    );
    assert.deepEqual([...named].toSorted(), [...all, "resume"].toSorted());
  });

  for (const call of calls) {
    it(`is true: ${call}`, async () => {
      const { code, out, err } = await printed(() =>
        settle(command.usage, () => fleet(wordsOf(call).map(own), checkout)),
      );
      // No backend and no Prometheus is at hand: 3 says so.
      assert.ok(code === 0 || (code === 3 && call.startsWith("verify")), `${code}: ${out}${err}`);
      if (call.includes("--out")) assert.ok(existsSync(join(mail, "metrics-link-fleet.html")));
    }).timeout(30_000);
  }
});
