/** Parts of host stacks, made by Pulumi's real engine under the policies of their deployers: what the stand-in has of them. */
import assert from "node:assert/strict";
import { cpSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { deployerPolicies } from "@metrics-link/sandbox/cloud/calls/stacks.ts";
import { type Engine, startEngine } from "../support/engine.ts";

const place = { account: "111111111111", region: "eu-west-1" };
const RoleName = "metrics-link-deploy";

/** Programs of other tests. */
const parts = [
  { what: "a receiver's network, addresses and load balancer", role: "receiver", folder: "network/moving-program" },
  { what: "a sender's releases", role: "sender", folder: "host/store-program" },
] as const;
const environment = { AGENT: "agent", NODE: "node", CONFIGURATION: "1" };

for (const { what, role, folder } of parts) {
  describe(`${what}, whose deployer may do what its policies say`, function () {
    this.timeout(300_000);
    let engine: Engine;
    let program: string;

    before(async () => {
      engine = await startEngine(place.account, { authorised: true });
      await engine.aws.iam.deleteRolePolicy({ RoleName, PolicyName: "rights" });
      const documents = { ...deployerPolicies(role, place), ...deployerPolicies("exchange", place) };
      for (const [PolicyName, document] of Object.entries(documents)) {
        const made = { PolicyName, PolicyDocument: JSON.stringify(document) };
        const { Policy } = await engine.aws.iam.createPolicy(made);
        await engine.aws.iam.attachRolePolicy({ RoleName, PolicyArn: Policy?.Arn });
      }
      program = join(engine.directory, "program");
      cpSync(join(import.meta.dirname, "..", folder), program, { recursive: true });
      symlinkSync(resolve(import.meta.dirname, "../../../node_modules"), join(program, "node_modules"));
      await engine.succeed(program, ["stack", "init", "host"]);
    });
    after(() => engine?.stop());

    const run = (...words: readonly string[]) => engine.succeed(program, [...words, "-s", "host"], environment);
    const act = ["--yes", "--skip-preview"];

    it("is made, refreshed and previewed", async () => {
      await run("up", ...act);
      await run("refresh", ...act);
      await run("preview", "--expect-no-changes");
    });

    it("is destroyed, but for what AWS itself protects", async () => {
      await run("state", "unprotect", "--all", "--yes");
      const { code, output } = await engine.run(program, ["destroy", ...act, "-s", "host"], environment);
      assert.doesNotMatch(output, /not authorized/);
      assert.equal(code === 0, role === "sender", output);
    });
  });
}
