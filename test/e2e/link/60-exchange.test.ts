import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { addressesIn, readContract } from "@metrics-link/contract";
import { artifactsOf } from "@metrics-link/sandbox/cli/ceremony.ts";
import { type Role, roles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { parseDocument } from "yaml";
import { z } from "zod";
import { ChangedConfiguration } from "../support/configuration.ts";
import { beforehand, caughtUp, nothingMissing, upForAWhile } from "../support/samples.ts";
import { pulumi, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

/** A role's exchange stack, as its peer names it. */
const exchangeOf = (role: Role) => `${role}-exchange`;
const whole = (stack: string) => `organization/metrics-link/${stack}`;
const peerKey = { sender: "peer.stack", receiver: "senders[0].stack" } as const;

/** The Elastic IPs in a stack's state. */
async function elasticIps(stack: string) {
  const { stdout } = await pulumi().must(["stack", "export", "-s", stack]);
  const resource = z.object({ urn: z.string(), type: z.string(), id: z.string().optional() });
  const exported = z.object({ deployment: z.object({ resources: z.array(resource).default([]) }) });
  const { resources } = exported.parse(JSON.parse(stdout)).deployment;
  return resources.filter(({ type }) => type === "aws:ec2/eip:Eip");
}

/** What a preview would do to resources of AWS: each operation with the type. */
async function stepsOf(stack: string): Promise<string[]> {
  const { stdout } = await pulumi().must(["preview", "-s", stack, "--json"]);
  const { steps } = z
    .object({ steps: z.array(z.object({ op: z.string(), urn: z.string() })) })
    .parse(JSON.parse(stdout));
  const changed = steps.filter(({ op, urn }) => op !== "same" && /::aws:|\$aws:/.test(urn));
  return changed.map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`);
}

const contractOf = async (stack: string) => {
  const found = readContract(stack, await pulumi().output(stack, "contract", z.unknown()));
  return found ?? assert.fail(`${stack} has no contract`);
};

describe("a link that is up, moved into exchange stacks as docs/deploy.md says", function () {
  needs(world.link);
  this.timeout(1_200_000);
  let from = 0;

  before(async () => {
    await upForAWhile();
    from = beforehand();
    for (const role of roles) {
      const document = parseDocument(
        readFileSync(join(sandbox.repository, `stacks/examples/${role}-exchange.yaml`), "utf8"),
      );
      if (role === "receiver") document.setIn(["config", "metrics-link:shows", "addresses"], 2);
      document.setIn(["config", "metrics-link:pki", "artefacts"], artifactsOf(sandbox, role));
      writeFileSync(
        join(dirname(sandbox.files.path(role)), `Pulumi.${exchangeOf(role)}.yaml`),
        document.toString({ lineWidth: 0 }),
      );
      await pulumi().must(["stack", "init", exchangeOf(role), "--secrets-provider", "passphrase"]);
    }
  });

  for (const role of roles) {
    it(`refuses an exchange of the ${role} whose addresses were not moved, and makes none`, async () => {
      const { code, stdout, stderr } = await pulumi().run(["preview", "-s", exchangeOf(role)]);
      assert.notEqual(code, 0);
      assert.match(`${stdout}${stderr}`, /EXCHANGE_ADDRESSES_NOT_MOVED/);
    });

    it(`keeps the ${role}'s addresses and replaces nothing`, async () => {
      const exchange = exchangeOf(role);
      const [before, contract] = [await elasticIps(role), await contractOf(role)];
      const urns = before.map(({ urn }) => urn);
      await pulumi().must(["state", "move", "--source", role, "--dest", exchange, "--yes", ...urns]);
      if (role === "receiver") {
        for (const [index, letter] of ["a", "b"].entries()) {
          const urn = `urn:pulumi:${exchange}::metrics-link::aws:ec2/eip:Eip::receiver-address-${letter}`;
          await pulumi().must(["state", "rename", urn, `receiver-address-${index + 1}`, "-s", exchange, "--yes"]);
        }
      }
      assert.deepEqual(
        (await stepsOf(exchange)).map((step) => step.split(" ")[0]),
        before.map(() => "update"),
      );
      await pulumi().up(exchange);
      assert.deepEqual(
        (await elasticIps(exchange)).map(({ id }) => id).toSorted(),
        before.map(({ id }) => id).toSorted(),
      );

      await new ChangedConfiguration(role).set("exchange", whole(exchange));
      assert.deepEqual(await stepsOf(role), []);
      await pulumi().up(role);
      assert.deepEqual(await elasticIps(role), []);
      assert.deepEqual(addressesIn(await contractOf(role)).toSorted(), addressesIn(contract).toSorted());
      await pulumi().up(exchange);
      assert.deepEqual(await contractOf(exchange), await contractOf(role));
    });
  }

  it("goes on when each side reads the other's exchange, and its stack with the keys no more", async () => {
    const peers = { sender: "receiver", receiver: "sender" } as const;
    for (const role of roles) await new ChangedConfiguration(role).set(peerKey[role], whole(exchangeOf(peers[role])));
    for (const role of roles) {
      await pulumi().up(role);
      await pulumi().up(exchangeOf(role));
      assert.deepEqual(await pulumi().output(role, "setAside", z.array(z.unknown())), []);
    }
    for (const role of roles) {
      const { trusts } = await contractOf(exchangeOf(role));
      assert.deepEqual(
        trusts.map(({ stack }) => stack),
        [whole(exchangeOf(peers[role]))],
      );
    }
    await caughtUp();
  });

  it("changes nothing in another update, and passes the policies in each stack", async () => {
    for (const stack of roles.flatMap((role) => [role, exchangeOf(role)])) {
      assert.deepEqual(await stepsOf(stack), [], stack);
      const pack = join(sandbox.repository, "packages/policy");
      await pulumi().must(["preview", "-s", stack, "--policy-pack", pack]);
    }
  });

  it("loses no sample on the way", async () => {
    await nothingMissing(from, 10 * 500);
  });
});
