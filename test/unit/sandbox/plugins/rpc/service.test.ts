import assert from "node:assert/strict";
import {
  boolean,
  defineProvider,
  InitializationError,
  integer,
  json,
  list,
  map,
  object,
  string,
  typesFor,
  UNKNOWN,
} from "@metrics-link/sandbox/plugins/rpc/index.ts";
import type { Built } from "@metrics-link/sandbox/plugins/rpc/provider.ts";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import statusMessages from "@pulumi/pulumi/proto/status_pb.js";
import { ProviderClient, type Status, secret, UNKNOWN_ON_THE_WIRE } from "../support/provider-client.ts";

interface World {
  readonly region: string;
  readonly accounts: readonly string[];
  readonly boxes: Map<string, { size: string; tags: Record<string, string> }>;
  readonly lids: object[];
}

const { resource, invoke } = typesFor<World>();

const box = resource({
  inputs: {
    name: string({ autoname: { maxLength: 32 } }),
    size: string({ required: true, replaceOnChange: true }),
    locked: boolean({ default: false }),
    tags: map(string()),
    password: string({ secret: true }),
    policy: json(),
  },
  outputs: { arn: string(), key: string({ secret: true }), version: string({ changesOnUpdate: true }) },
  deleteBeforeReplace: true,
  check: ({ size, locked }) =>
    size !== UNKNOWN && size === "xl" && locked === true
      ? [{ property: "locked", reason: "xl boxes have no lock" }]
      : [],
  async create(inputs, { client, signal }) {
    if (inputs.size === "broken") {
      throw new InitializationError(["it does not start"], { id: "box-0", outputs: { arn: "arn:0", key: "k" } });
    }
    if (inputs.size === "slow")
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    client.boxes.set("box-1", { size: inputs.size, tags: inputs.tags ?? {} });
    return { id: "box-1", outputs: { arn: `arn:${client.region}:1`, key: "k", version: "1" } };
  },
  async read({ id, state }, { client }) {
    const found = client.boxes.get(id === "id" ? "box-1" : id);
    if (found === undefined) return undefined;
    return {
      inputs: { name: state.name ?? "", size: found.size, tags: found.tags, locked: false },
      outputs: { arn: "arn:1", key: "k", version: "1" },
    };
  },
  async update({ state }) {
    return { arn: state.arn ?? "", key: "k", version: "2" };
  },
  async delete(_, { client }) {
    client.boxes.clear();
  },
});

const lid = resource({
  inputs: {
    colour: string({ assumed: "grey" }),
    hinge: object({ pins: integer(), metal: string({ assumed: "steel" }) }),
  },
  outputs: {},
  async create(inputs, { client }) {
    client.lids.push(inputs);
    return { id: "lid", outputs: {} };
  },
  read: async (_, { client }) => ({ inputs: client.lids[0] as { colour: string }, outputs: {} }),
});

const definition = (world: World, built: Built = "bridged") =>
  defineProvider({
    name: "toy",
    version: "1.2.3",
    built,
    config: { region: string({ required: true }), accounts: list(string(), { default: ["any"] }) },
    configure: ({ region, accounts }): World => ({ ...world, region, accounts }),
    resources: {
      "toy:index:Box": box,
      "toy:index:Lid": lid,
      "toy:index:Stone": resource({ inputs: {}, outputs: {}, create: async () => ({ id: "s", outputs: {} }) }),
    },
    invokes: {
      "toy:index:whoAmI": invoke({
        inputs: { loud: boolean() },
        outputs: { account: string({ secret: true }) },
        invoke: async (_, { client }) => ({ account: client.accounts.join() }),
      }),
    },
  });

describe("a provider on the framework", () => {
  const type = "toy:index:Box";
  let world: World;
  let provider: ProviderClient;
  const fails = (call: Promise<unknown>, details: RegExp) =>
    assert.rejects(call, (status: Status) => details.test(status.details));

  beforeEach(async () => {
    world = { region: "", accounts: [], boxes: new Map(), lids: [] };
    provider = new ProviderClient(definition(world) as never);
    await provider.configure({ region: "eu-central-1", accounts: '["1","2"]', version: "1.2.3" });
  });

  it("reports its name and its capabilities", async () => {
    const info = await provider.call<{ getVersion(): string }>("getPluginInfo", undefined);
    assert.equal(info.getVersion(), "1.2.3");
    const schema = await provider.call<messages.GetSchemaResponse>("getSchema", new messages.GetSchemaRequest());
    const document = JSON.parse(schema.getSchema());
    assert.deepEqual(document.resources[type].requiredInputs, ["size"]);
    assert.deepEqual(document.resources[type].inputProperties.size, { type: "string", willReplaceOnChanges: true });
  });

  it("names the wrong keys of its configuration, and parses values that arrive as JSON strings", async () => {
    await fails(
      provider.configure({ accounts: "[1]" }),
      /provider toy: region.*missing.*|accounts\[0\]: must be a string/,
    );
    await fails(provider.configure({ region: "r", zone: "z" }), /zone/);
    const { result } = await provider.invoke("toy:index:whoAmI", {});
    assert.deepEqual(result, { account: secret("1,2") });
  });

  it("refuses types and functions that are not modelled, and names those that are", async () => {
    await fails(provider.check("toy:index:Boxx", {}), /Boxx is not modelled.*did you mean "toy:index:Box"/);
    await fails(provider.invoke("toy:index:whoIsIt", {}), /whoIsIt is not modelled.*toy:index:whoAmI/);
    assert.equal((await provider.invoke("toy:index:whoAmI", { quiet: true })).failures[0]?.property, "quiet");
  });

  it("checks: names, defaults, secrets, its own rules", async () => {
    const { inputs, failures } = await provider.check(type, { size: "s", password: "p", tags: { a: secret("b") } });
    assert.deepEqual(failures, []);
    const { name, ...rest } = inputs;
    assert.match(String(name), /^name-[0-9a-f]{7}$/);
    assert.deepEqual(rest, {
      __defaults: ["locked", "name"],
      size: "s",
      locked: false,
      password: secret("p"),
      tags: { a: secret("b") },
    });
    assert.deepEqual((await provider.check(type, { size: "xl", locked: true })).failures, [
      { property: "locked", reason: "xl boxes have no lock" },
    ]);
  });

  it("previews: shows inputs, leaves outputs unknown, does nothing", async () => {
    const { id, state } = await provider.create(type, { size: UNKNOWN_ON_THE_WIRE, locked: false, name: "n" }, true);
    assert.equal(id, "");
    assert.deepEqual(state, {
      size: UNKNOWN_ON_THE_WIRE,
      locked: false,
      name: "n",
      arn: UNKNOWN_ON_THE_WIRE,
      version: UNKNOWN_ON_THE_WIRE,
      key: secret(UNKNOWN_ON_THE_WIRE),
    });
    assert.equal(world.boxes.size, 0);
    const updated = await provider.update(
      type,
      { size: "s" },
      { size: "s", arn: "a", key: secret("k") },
      { size: "s" },
      true,
    );
    assert.deepEqual(updated, { size: "s", arn: "a", key: secret("k"), version: UNKNOWN_ON_THE_WIRE });
  });

  it("creates, and keeps secrets secret", async () => {
    const { id, state } = await provider.create(type, { size: "s", tags: { a: secret("b") }, __defaults: ["name"] });
    assert.equal(id, "box-1");
    assert.deepEqual(state, {
      size: "s",
      tags: { a: secret("b") },
      arn: "arn:eu-central-1:1",
      key: secret("k"),
      version: "1",
    });
  });

  it("reports changes, and which of them replace", async () => {
    const { some, diffs, replaces, deleteBeforeReplace, detailed } = await provider.diff(
      type,
      { size: "s", tags: { a: "1" } },
      { size: "m", tags: { a: UNKNOWN_ON_THE_WIRE, b: "2" } },
    );
    assert.deepEqual(
      { some, diffs, replaces, deleteBeforeReplace },
      { some: true, diffs: ["size", "tags"], replaces: ["size"], deleteBeforeReplace: true },
    );
    assert.deepEqual(Object.keys(detailed), ["size", "tags.a", "tags.b"]);
    assert.equal((await provider.diff(type, { size: "s" }, { size: "s" })).some, false);
  });

  it("reports them as the official provider is built", async () => {
    const diffOf = async (built: Built) => {
      const of = new ProviderClient(definition(world, built) as never);
      await of.configure({ region: "eu-central-1" });
      const { inputs } = await of.check(type, { size: "s", name: "n" });
      const { diffs, replaces, detailed } = await of.diff(type, { size: "s" }, { size: "m" });
      const details = Object.values(detailed);
      return [inputs.__defaults, diffs, replaces, details.map((one) => one?.getInputdiff())];
    };
    assert.deepEqual(await diffOf("bridged"), [["locked"], ["size"], ["size"], [true]]);
    assert.deepEqual(await diffOf("bridged framework"), [["locked"], ["size"], ["size"], []]);
    assert.deepEqual(await diffOf("native"), [undefined, ["size"], [], [false]]);
  });

  it("gives handlers and the state what a service assumes, and leaves it out of the inputs", async () => {
    const lid = "toy:index:Lid";
    const { inputs } = await provider.check(lid, { hinge: { pins: 1 } });
    assert.deepEqual(inputs, { hinge: { pins: 1, __defaults: [] }, __defaults: [] });
    const { state } = await provider.create(lid, inputs);
    assert.deepEqual(state, { colour: "grey", hinge: { pins: 1, metal: "steel" } });
    assert.deepEqual(world.lids, [state]);
    // Neither a change nor drift, whoever says it.
    assert.equal((await provider.diff(lid, inputs, { ...inputs, colour: "grey" })).some, false);
    assert.deepEqual((await provider.diff(lid, { ...inputs, colour: "red" }, inputs)).diffs, ["colour"]);
    assert.deepEqual((await provider.read(lid, inputs, state)).inputs, inputs);
    world.lids[0] = { ...state, colour: "red" };
    assert.equal((await provider.read(lid, inputs, state)).inputs.colour, "red");
  });

  it("detects drift and a missing resource", async () => {
    world.boxes.set("box-1", { size: "s", tags: { by: "hand" } });
    const found = await provider.read(type, { size: "s", name: "n" }, { size: "s", name: "n", key: secret("k") });
    assert.deepEqual(found.inputs, { size: "s", name: "n", tags: { by: "hand" }, locked: false });
    assert.deepEqual(found.state.key, secret("k"));
    world.boxes.clear();
    assert.equal((await provider.read(type, { size: "s" }, {})).id, "");
  });

  it("trusts the state of resources that it cannot read", async () => {
    assert.deepEqual(await provider.read("toy:index:Stone", { a: "b" }, { a: "b" }), {
      id: "id",
      inputs: { a: "b" },
      state: { a: "b" },
    });
  });

  it("fails with the handler's message", async () => {
    const broken = defineProvider({
      ...(definition(world) as never as object),
      configure: () => {
        throw new Error("no such account: 3\nask the daemon");
      },
    } as never);
    await fails(new ProviderClient(broken as never).configure({ region: "r" }), /^no such account: 3\nask the daemon$/);
    await fails(new ProviderClient(definition(world) as never).create(type, { size: "s" }), /before it was configured/);
  });

  it("keeps the state of a resource that exists but failed to initialise", async () => {
    await assert.rejects(provider.create(type, { size: "broken" }), (status: Status) => {
      assert.equal(status.details, "it does not start");
      const [packed] = status.metadata?.get("grpc-status-details-bin") ?? [];
      const rich = statusMessages.Status.deserializeBinary(packed ?? assert.fail("no details"));
      const detail = rich.getDetailsList()[0] ?? assert.fail("no detail");
      assert.equal(detail.getTypeName(), "pulumirpc.ErrorResourceInitFailed");
      const failed = messages.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
      assert.equal(failed.getId(), "box-0");
      assert.deepEqual(failed.getReasonsList(), ["it does not start"]);
      assert.deepEqual(failed.getProperties()?.toJavaScript(), { size: "broken", arn: "arn:0", key: secret("k") });
      return true;
    });
  });

  it("aborts a waiting handler when Pulumi cancels", async () => {
    const waiting = provider.create(type, { size: "slow" });
    await provider.call("cancel", undefined);
    await fails(waiting, /Pulumi cancelled/);
  });

  it("deletes", async () => {
    world.boxes.set("box-1", { size: "s", tags: {} });
    await provider.delete(type, { size: "s", password: secret("p") }, { size: "s", password: secret("p") });
    assert.equal(world.boxes.size, 0);
  });
});
