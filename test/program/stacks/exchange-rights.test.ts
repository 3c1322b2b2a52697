/** The whole life of an exchange stack under the policies of its deployer, by Pulumi's real engine. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { deployerPolicies } from "@metrics-link/sandbox/cloud/calls/stacks.ts";
import { parseDocument } from "yaml";
import { selfSigned } from "../../support/openssl.ts";
import { type Engine, startEngine } from "../support/engine.ts";

const repository = resolve(import.meta.dirname, "../../..");
const account = "111111111111";
const RoleName = "metrics-link-deploy";
const documents = deployerPolicies("exchange", { account, region: "eu-west-1" });

describe("an exchange stack, whose deployer may do what its policies say", function () {
  this.timeout(300_000);
  let engine: Engine;
  let project: string;
  let file: string;

  /** The one policy of the deployer, without some of its actions. */
  const grant = async (...without: readonly string[]) => {
    for (const [PolicyName, document] of Object.entries(documents)) {
      const statements = document.Statement.map((one) => ({
        ...one,
        Action: [one.Action].flat().filter((action) => !without.includes(action)),
      })).filter(({ Action }) => Action.length > 0);
      const PolicyDocument = JSON.stringify({ ...document, Statement: statements });
      await engine.aws.iam.putRolePolicy({ RoleName, PolicyName, PolicyDocument });
    }
  };
  const words = (command: string, ...more: readonly string[]) => [command, "-s", "account-a", ...more];
  const act = ["--yes", "--skip-preview"];
  const setSessionName = (name: string) => {
    const document = parseDocument(readFileSync(file, "utf8"));
    document.setIn(["config", "metrics-link:account", "sessionName"], name);
    writeFileSync(file, document.toString());
  };

  before(async () => {
    engine = await startEngine(account, { authorised: true });
    await engine.aws.iam.deleteRolePolicy({ RoleName, PolicyName: "rights" });
    project = join(engine.directory, "project");
    mkdirSync(join(project, "stacks"), { recursive: true });
    symlinkSync(join(repository, "stacks"), join(project, "program"));
    const description = parseDocument(readFileSync(join(repository, "Pulumi.yaml"), "utf8"));
    description.set("main", "program");
    writeFileSync(join(project, "Pulumi.yaml"), description.toString());
    const folder = join(engine.directory, "pki");
    mkdirSync(folder);
    writeFileSync(join(folder, "root-g1.pem"), selfSigned("root").pem);
    const document = parseDocument(readFileSync(join(repository, "stacks/examples/sender-exchange.yaml"), "utf8"));
    document.setIn(["config", "metrics-link:pki", "artefacts"], relative(repository, folder));
    file = join(project, "stacks/Pulumi.account-a.yaml");
    writeFileSync(file, document.toString());
    await engine.succeed(project, ["stack", "init", "account-a", "--secrets-provider", "passphrase"]);
  });
  after(() => engine?.stop());

  /** The command fails with AWS' words for a missing right. */
  const refused = async (action: string, command: readonly string[]) => {
    await grant(action);
    const { code, output } = await engine.run(project, command);
    assert.notEqual(code, 0, output);
    assert.match(output, new RegExp(`api error UnauthorizedOperation: .*assumed-role/${RoleName}/ci.* ${action} on`));
  };

  it("is not made without rights, nor without one of them", async () => {
    setSessionName("ci");
    await refused("ec2:AllocateAddress", words("up", ...act));
    await refused("ec2:CreateTags", words("up", ...act));
    await refused("ec2:DescribeAddressesAttribute", words("up", ...act));
  });

  it("is made, refreshed and previewed with them", async () => {
    await grant();
    await engine.succeed(project, words("up", ...act));
    await engine.succeed(project, words("refresh", ...act));
    await engine.succeed(project, words("preview", "--refresh", "--expect-no-changes"));
  });

  it("is destroyed with them, and with no fewer", async () => {
    await engine.succeed(project, ["state", "unprotect", "--all", "--yes", "-s", "account-a"]);
    await refused("ec2:DescribeAddresses", words("refresh", ...act));
    await grant();
    await engine.succeed(project, words("destroy", ...act));
  });
});
