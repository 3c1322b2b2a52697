import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { pulumi, sandbox } from "../support/sandbox.ts";

const stranger = Array.from({ length: 32 }, () => "AB").join(":");

describe("a peer's root that is not the pinned one", function () {
  this.timeout(600_000);

  for (const role of ["sender", "receiver"] as const) {
    it(`stops the update of the ${role} before anything changes, and shows both fingerprints`, async () => {
      const peer = role === "sender" ? "receiver" : "sender";
      const [offered = ""] = await pulumi().output<string[]>(peer, "rootFingerprints");
      // In clear, because each export encrypts anew; as a hash, because a failed test prints what it compared.
      const resources = async () => {
        const { stdout } = await pulumi().must(["stack", "export", "-s", role, "--show-secrets"]);
        const all = JSON.parse(stdout).deployment.resources as { type: string }[];
        // A stack reference is what was read last, and a refused update reads as well.
        const made = all.filter(({ type }) => type !== "pulumi:pulumi:StackReference");
        assert.ok(made.length > 50, `${made.length} resources`);
        return createHash("sha256").update(JSON.stringify(made)).digest("hex");
      };
      const before = await resources();
      const pins = sandbox.files.pins(role);
      sandbox.files.pin(role, { rootFingerprints: [stranger] });
      try {
        const { code, stdout, stderr } = await pulumi().run(["up", "-s", role, "--yes", "--skip-preview"]);
        assert.notEqual(code, 0);
        const printed = `${stdout}${stderr}`;
        assert.ok(printed.includes(stranger) && printed.includes(offered), printed);
        assert.equal(await resources(), before);
      } finally {
        sandbox.files.pin(role, { rootFingerprints: pins });
      }
      await pulumi().must(["preview", "-s", role, "--expect-no-changes"]);
    });
  }
});
