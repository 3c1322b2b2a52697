/** What a stack is told to take over is looked at: whose it is, and where it comes from. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { accountProvider } from "../../../stacks/account.ts";
import { requireAdoptable } from "../../../stacks/adoption.ts";

type Answers = Readonly<Record<string, object>>;

const account = { id: "111111111111", region: "eu-west-1" };
const snapshot = { id: "snap-1", ownerId: account.id, volumeId: "vol-mine", encrypted: true, volumeSize: 8, tags: {} };
const address = { id: "eipalloc-1", publicIp: "8.8.4.4", tags: { project: "metrics-link" } };
const volume = {
  ...{ id: "vol-1", volumeId: "vol-1", availabilityZone: "eu-west-1a", encrypted: true, size: 8 },
  tags: { project: "metrics-link" },
};

/** @returns why it refuses; the empty text if it does not. */
async function refusal(host: object, network: object, answers: Answers): Promise<string> {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs }),
      call: ({ token }) => Object.entries(answers).find(([name]) => token.endsWith(`:${name}`))?.[1] ?? { ids: [] },
    },
    "metrics-link",
    "production-sender",
    false,
    "organization",
  );
  const provider = accountProvider({ account: { ...account, assumeRole: undefined }, role: "sender" });
  const wanted = { account, network: { zones: ["eu-west-1a"], ...network }, host: { dataVolumeGiB: 8, ...host } };
  const inForce = { dataVolumeId: "vol-mine" };
  return requireAdoptable(wanted as never, { inForce } as never, provider).then(
    () => "",
    (error: Error) => error.message,
  );
}
const fromSnapshot = (found: object) =>
  refusal({ dataVolumeSnapshotId: "snap-1" }, {}, { getSnapshot: { ...snapshot, ...found } });

describe("what a stack takes over", () => {
  it("may be a snapshot, an address and a volume of its own", async () => {
    assert.equal(await fromSnapshot({}), "");
    assert.equal(await refusal({}, { addressAllocations: ["eipalloc-1"] }, { getElasticIp: address }), "");
    assert.equal(await refusal({ dataVolumeId: "vol-1" }, {}, { getVolume: volume }), "");
  });

  it("is no snapshot that another account has shared", async () => {
    assert.match(
      await fromSnapshot({ ownerId: "999999999999" }),
      /dataVolumeSnapshotId is "snap-1": a snapshot that account 111111111111 has taken: this one is of account 999999999999/,
    );
  });

  it("is nothing that another project has", async () => {
    const tags = { project: "another-team\u001b[2J" };
    const theirs = /of this product: its tag project says another-team\\u/;
    assert.match(await fromSnapshot({ tags }), theirs);
    assert.match(
      await refusal({}, { addressAllocations: ["eipalloc-1"] }, { getElasticIp: { ...address, tags } }),
      theirs,
    );
    assert.match(await refusal({ dataVolumeId: "vol-1" }, {}, { getVolume: { ...volume, tags } }), theirs);
  });
});
