/** What outlives a stack is taken over by its next life, by Pulumi's real engine: same address, same disk. */
import assert from "node:assert/strict";
import { cpSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { type Engine, startEngine } from "../support/engine.ts";

const account = "111111111111";
const region = "eu-west-1";
const [eip, volume, attachment] = [
  "aws:ec2/eip:Eip",
  "aws:ebs/volume:Volume",
  "aws:ec2/volumeAttachment:VolumeAttachment",
];
const exported = z.object({
  deployment: z.object({
    resources: z.array(z.object({ urn: z.string(), type: z.string(), id: z.string().optional() })).optional(),
  }),
});
const plan = z.object({ steps: z.array(z.object({ op: z.string(), urn: z.string() })) });

describe("what outlives a stack", function () {
  this.timeout(600_000);
  let engine: Engine;
  let program: string;
  let stack = "first";
  before(async () => {
    engine = await startEngine(account);
    program = join(engine.directory, "program");
    cpSync(join(import.meta.dirname, "adoption-program"), program, { recursive: true });
    symlinkSync(resolve(import.meta.dirname, "../../../node_modules"), join(program, "node_modules"));
    for (const name of ["first", "second"]) await engine.succeed(program, ["stack", "init", name]);
  });
  after(() => engine?.stop());

  const wanting = (wanted: object) => ({ WANTED: JSON.stringify(wanted) });
  const up = (wanted: object = {}) =>
    engine.succeed(program, ["up", "--yes", "--skip-preview", "-s", stack], wanting(wanted));
  const refused = async (wanted: object, ...reasons: readonly RegExp[]) => {
    const { code, output } = await engine.run(program, ["preview", "-s", stack], wanting(wanted));
    assert.notEqual(code, 0, output);
    for (const reason of reasons) assert.match(output, reason);
  };
  const idsOf = async (...types: readonly string[]) => {
    const { resources = [] } = exported.parse(
      JSON.parse(await engine.succeed(program, ["stack", "export", "-s", stack])),
    ).deployment;
    return types.map((type) => resources.find((one) => one.type === type)?.id ?? assert.fail(`no ${type}`));
  };
  /** What a preview would do, to which resource. */
  const steps = async (wanted: object) => {
    const text = await engine.succeed(program, ["preview", "--json", "-s", stack], wanting(wanted));
    return plan
      .parse(JSON.parse(text.replace(/^warning.*$/gm, "")))
      .steps.filter(({ op, urn }) => op !== "same" && !/::pulumi:/.test(urn))
      .map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`);
  };
  const destroy = async () => {
    await engine.succeed(program, ["state", "unprotect", "--all", "--yes", "-s", stack]);
    await engine.succeed(program, ["destroy", "--yes", "--skip-preview", "-s", stack]);
  };
  const outputs = async (): Promise<unknown> =>
    JSON.parse(await engine.succeed(program, ["stack", "output", "--json", "-s", stack]));

  let kept: { readonly allocation: string; readonly volume: string };
  let address: unknown;

  it("is taken over by the next one: the same address and disk, and no other", async () => {
    await up();
    const [allocation = "", disk = ""] = await idsOf(eip, volume);
    kept = { allocation, volume: disk };
    ({ addresses: address } = (await outputs()) as { addresses: unknown });
    await destroy();
    await up(kept);
    assert.deepEqual(await idsOf(eip, volume), [allocation, disk]);
    assert.deepEqual(((await outputs()) as { addresses: unknown }).addresses, address);
    const { addresses, volumes } = await engine.cloud.seen({ account, region, action: "ec2:DescribeVolumes" });
    assert.deepEqual([addresses.map(({ id }) => id), volumes.map(({ id }) => id)], [[allocation], [disk]]);
  });

  it("needs its keys only once, and is not changed by their coming and going", async () => {
    assert.deepEqual(await steps(kept), []);
    assert.deepEqual(await steps({}), []);
    await up();
    assert.deepEqual(await steps(kept), []);
    assert.deepEqual(await steps({ snapshot: "snap-01234567" }), []);
  });

  it("is not exchanged for another by a key", async () => {
    const other = await engine.cloud.create({
      ...{ account, region, type: volume, name: "other" },
      inputs: { availabilityZone: "eu-west-1a", size: 8, encrypted: true },
    });
    const free = await engine.cloud.create({ account, region, type: eip, name: "other", inputs: {} });
    await refused(
      { allocation: free.id, volume: other.id },
      /ADOPTION_REFUSED/,
      new RegExp(`host.dataVolumeId is "${other.id}": ${kept.volume}, which this stack has`),
    );
  });

  it("is refused to a stack that finds it in use, in another zone, too large, in clear, or not at all", async () => {
    stack = "second";
    const at = { account, region, type: volume };
    const clear = await engine.cloud.create({
      ...at,
      name: "clear",
      inputs: { availabilityZone: "eu-west-1c", size: 20 },
    });
    await refused(
      kept,
      new RegExp(`addressAllocations\\[0\\] is "${kept.allocation}": an address that nothing else uses: eni-`),
      new RegExp(`dataVolumeId is "${kept.volume}": a volume that nothing else has: it is attached to i-`),
    );
    await refused(
      { volume: clear.id },
      /a volume in eu-west-1a, .* is in eu-west-1c/,
      /an encrypted volume/,
      /at most 8 GiB/,
    );
    await refused(
      { allocation: "eipalloc-01234567", volume: "vol-01234567" },
      /eipalloc-01234567": an allocation of account 111111111111 in eu-west-1: .*does not exist/,
      /vol-01234567": a volume of account 111111111111 in eu-west-1: .*no results/,
    );
    stack = "first";
  });

  it("that is lost is made anew from a snapshot, and the instance with it", async () => {
    const taken = await engine.cloud.create({
      ...{ account, region, type: "aws:ebs/snapshot:Snapshot", name: "taken" },
      inputs: { volumeId: kept.volume },
    });
    const [instanceId] = await idsOf("aws:ec2/instance:Instance");
    const [attached = "", disk = ""] = await idsOf(attachment, volume);
    await engine.cloud.delete({ account, region, type: attachment, id: attached });
    await engine.cloud.delete({ account, region, type: volume, id: disk });
    await engine.succeed(program, ["refresh", "--yes", "--skip-preview", "-s", stack], wanting({}));
    await refused(
      { snapshot: "snap-01234567" },
      /SnapshotId is "snap-01234567": a snapshot of account .*does not exist/,
    );
    await refused({ snapshot: taken.id, sizeGiB: 4 }, /a snapshot of at most 4 GiB; or set host.dataVolumeGiB to 8/);
    await up({ snapshot: taken.id });
    const { volumes } = await engine.cloud.seen({ account, region, action: "ec2:DescribeVolumes" });
    const [later, disk2, attached2] = await idsOf("aws:ec2/instance:Instance", volume, attachment);
    assert.ok(later !== instanceId && disk2 !== disk && attached2 !== attached);
    assert.equal(volumes.find(({ id }) => id === disk2)?.snapshotId, taken.id);
    assert.deepEqual([await steps({}), await steps({ snapshot: "snap-01234567" })], [[], []]);
  });
});
