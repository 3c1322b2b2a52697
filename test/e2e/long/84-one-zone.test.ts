/** From two zones to one, as docs/operate.md says. */
import assert from "node:assert/strict";
import { addressesIn, readContract } from "@metrics-link/contract";
import { exchangeOf } from "@metrics-link/sandbox/cli/stack-files.ts";
import { seen } from "@metrics-link/sandbox/cloud/ec2/seen.ts";
import { accounts, administratorArn, region } from "@metrics-link/sandbox/world/accounts.ts";
import { z } from "zod";
import { changesNothing, removeKey, resourceOf, resourcesOf, update, volumeType } from "../support/coming-back.ts";
import { beforehand, nothingMissing, upForAWhile } from "../support/samples.ts";
import { pulumi, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const exchange = exchangeOf("receiver");

async function shown(stack: string): Promise<readonly string[]> {
  const contract = readContract(stack, await pulumi().output(stack, "contract", z.unknown()));
  return addressesIn(contract ?? assert.fail(`${stack} has no contract`));
}

/** What keeps its id. */
const standing = () =>
  Promise.all(
    ["aws:lb/loadBalancer:LoadBalancer", "aws:ec2/instance:Instance", volumeType].map(
      async (type) => (await resourceOf("receiver", type)).id,
    ),
  );

describe("a receiver that gives up its second zone", function () {
  needs(world.link);
  this.timeout(1_200_000);

  it("keeps its first address, its load balancer and its host, and loses no sample", async () => {
    const [stays = "", goes = ""] = await shown("receiver");
    const before = await standing();
    const kept = await resourcesOf(exchange, "aws:ec2/eip:Eip");
    assert.equal(kept.length, 2);
    await upForAWhile();
    const from = beforehand();

    await pulumi().must(["state", "unprotect", kept[1]?.urn ?? "", "--yes", "-s", exchange]);
    await removeKey(exchange, "shows.addresses");
    await update(exchange);
    assert.deepEqual(await shown(exchange), [stays]);
    const { code, stdout, stderr } = await pulumi().run(["preview", "-s", "receiver"]);
    assert.ok(code !== 0 && /EXCHANGE_NOT_READY/.test(`${stdout}${stderr}`), `${stdout}${stderr}`);

    await update("sender");
    sandbox.files.pin("sender", { addresses: [stays] });
    await removeKey("receiver", "network.zones[1]");
    await update("receiver");
    assert.deepEqual(await standing(), before);
    assert.deepEqual(await shown("receiver"), [stays]);

    await nothingMissing(from, 5000);
    for (const stack of ["receiver", exchange]) await changesNothing(stack);
    // It is the account's until somebody releases it, and leads nowhere any more.
    const { addresses, interfaces } = seen.parse(
      await sandbox.world.cloud("seen", {
        ...{ account: accounts.receiver, region, caller: administratorArn("receiver") },
        action: "ec2:DescribeAddresses",
      }),
    );
    const other = addresses.find(({ publicIp }) => publicIp === goes) ?? assert.fail(`${goes} was released`);
    assert.ok(!interfaces.some(({ has }) => has.includes(other.id)));
  });
});
