/** How many resources README.md says that a first `npm start` makes: as many as the program registers with the sandbox's files. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Role, roles, StackFiles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { deployBoth } from "../policy/support/deployed.ts";

const repository = resolve(import.meta.dirname, "../../..");

/** What a stack has before its ceremony: all that `waitingPki` makes, and the stack itself. */
const beforeTheCeremony = [
  "pulumi:pulumi:Stack",
  "metrics-link:pki:AccountPki",
  "metrics-link:pki:IntermediateAuthority",
  "tls:index/privateKey:PrivateKey",
  "tls:index/certRequest:CertRequest",
];

describe("what README.md shows of npm start", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "stack-files-"));
  after(() => rmSync(folder, { recursive: true }));

  it("is how many resources each stack gets", async () => {
    mkdirSync(join(folder, "stacks"));
    const alertmanager = { endpointService: "com.amazonaws.vpce.eu-west-1.vpce-svc-1", url: "", ca: "", username: "" };
    const files = new StackFiles(repository, folder, folder, alertmanager);
    for (const role of roles) files.write(role);
    // What the sandbox changes of the examples and that decides how many resources there are.
    const ofSandbox = (role: Role) => ({
      "metrics-link:network": { zones: files.section<{ zones: readonly string[] }>(role, "network").zones },
      "metrics-link:host": files.section<object>(role, "host"),
    });
    const deployed = await deployBoth({
      hasExchange: true,
      change: { sender: ofSandbox("sender"), receiver: ofSandbox("receiver") },
    });
    const readme = readFileSync(join(repository, "README.md"), "utf8");
    for (const role of roles) {
      const { inputs } = deployed[role];
      assert.deepEqual(
        beforeTheCeremony.filter((type) => !inputs.some((one) => one.type === type)),
        [],
      );
      const said = `pulumi up -s ${role}: ${inputs.length - beforeTheCeremony.length} created, ${beforeTheCeremony.length} unchanged (`;
      assert.ok(readme.includes(`\n${said}`), said);
    }
  });
});
