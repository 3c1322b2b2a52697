import assert from "node:assert/strict";
import { accountProvider } from "@metrics-link/stacks/account.ts";
import { record } from "../support/recording.ts";

const account = { id: "111111111111", region: "eu-west-1" };
const assumeRole = "arn:aws:iam::111111111111:role/metrics-link-deploy";

/** The role that the stack's provider assumes, as it is told. */
async function assumedWith(more: object): Promise<unknown> {
  const [provider] = await record(() => void accountProvider({ account: { ...account, ...more }, role: "sender" }));
  const { assumeRoles } = provider?.inputs ?? {};
  return typeof assumeRoles === "string" ? JSON.parse(assumeRoles) : assumeRoles;
}

describe("the provider of a stack", () => {
  it("assumes the role alone where the configuration has nothing but its ARN", async () => {
    assert.deepEqual(await assumedWith({ assumeRole }), [{ roleArn: assumeRole }]);
  });

  it("assumes it with the external id, the session's name and its duration", async () => {
    const session = { externalId: "x7", sessionName: "ci" };
    assert.deepEqual(await assumedWith({ assumeRole, ...session, sessionDuration: "2h" }), [
      { roleArn: assumeRole, ...session, duration: "2h" },
    ]);
  });

  it("uses the environment's credentials without a role", async () => {
    assert.equal(await assumedWith({}), undefined);
  });
});
