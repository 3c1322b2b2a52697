import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { addressesIn, contractOutput, type Pins, readContract } from "@metrics-link/contract";
import { run } from "../support/commands.ts";
import { pulumi, sandbox } from "../support/sandbox.ts";

const stranger = {
  rootFingerprints: Array.from({ length: 32 }, () => "AB").join(":"),
  // Of nobody, and so of anybody: RFC 5737.
  addresses: "192.0.2.250",
} as const;
const words = { rootFingerprints: "root", addresses: "address" } as const;

describe("a peer's root or address that is not the pinned one", function () {
  this.timeout(600_000);

  // In clear, because each export encrypts anew; as a hash, because a failed test prints what it compared.
  async function resources(role: string): Promise<string> {
    const { stdout } = await pulumi().must(["stack", "export", "-s", role, "--show-secrets"]);
    const all = JSON.parse(stdout).deployment.resources as { type: string }[];
    // A stack reference is what was read last, and a refused update reads as well.
    const made = all.filter(({ type }) => type !== "pulumi:pulumi:StackReference");
    assert.ok(made.length > 50, `${made.length} resources`);
    return createHash("sha256").update(JSON.stringify(made)).digest("hex");
  }

  async function offered(peer: "sender" | "receiver", key: keyof Pins): Promise<readonly string[]> {
    if (key === "rootFingerprints") return await pulumi().output<string[]>(peer, key);
    const contract = readContract(peer, await pulumi().output(peer, contractOutput));
    return contract === undefined ? [] : addressesIn(contract);
  }

  for (const role of ["sender", "receiver"] as const) {
    const peer = role === "sender" ? "receiver" : "sender";
    for (const key of ["rootFingerprints", "addresses"] as const) {
      it(`stops the update of the ${role} before anything changes, and shows both: ${words[key]}`, async () => {
        const offers = await offered(peer, key);
        const before = await resources(role);
        const pins = sandbox.files.pins(role, key);
        sandbox.files.pin(role, { [key]: [stranger[key]] });
        try {
          const { code, stdout, stderr } = await pulumi().run(["up", "-s", role, "--yes", "--skip-preview"]);
          assert.notEqual(code, 0);
          const printed = `${stdout}${stderr}`;
          assert.match(
            printed,
            new RegExp(`The ${words[key]} of the ${peer} in stack .* is not pinned; nothing was changed`),
          );
          for (const shown of [stranger[key], ...offers]) assert.ok(printed.includes(shown), printed);
          assert.equal(await resources(role), before);
        } finally {
          sandbox.files.pin(role, { [key]: pins });
        }
        await pulumi().must(["preview", "-s", role, "--expect-no-changes"]);
      });
    }
  }

  it("is pinned by trust -- accept, when it is what was heard, and the old address goes", async () => {
    const trust = (...more: string[]) => run("trust", ...more, "--stack", "receiver");
    const addresses = await offered("sender", "addresses");
    sandbox.files.pin("receiver", { addresses: [stranger.addresses] });
    try {
      assert.match(
        (await trust("show")).printed,
        /\(NOT pinned\)\n.*192\.0\.2\.250 {3}\(pinned, and NOT offered any more\)/,
      );
      const misheard = await trust("accept", "--address", "192.0.2.251");
      assert.equal(misheard.code, 1);
      assert.match(misheard.printed, /heard was 192\.0\.2\.251, but offered is .*; nothing was pinned/);
      assert.deepEqual(sandbox.files.pins("receiver", "addresses"), [stranger.addresses]);
      const heard = await trust("accept", ...addresses.flatMap((one) => ["--address", one]));
      assert.equal(heard.code, 0, heard.printed);
      assert.deepEqual(sandbox.files.pins("receiver", "addresses"), addresses);
    } finally {
      sandbox.files.pin("receiver", { addresses });
    }
    await pulumi().must(["preview", "-s", "receiver", "--expect-no-changes"]);
  });
});
