import assert from "node:assert/strict";
import * as values from "@metrics-link/sandbox/plugins/rpc/values.ts";
import fc from "fast-check";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secret = (value: values.Wire) => ({ [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value });
const output = (rest: object) => ({ [SIGNATURE]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", dependencies: [], ...rest });
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const { UNKNOWN } = values;

describe("property values", () => {
  it("survive a round trip, with secrets at the same places", () => {
    const leaf = fc.oneof(fc.string(), fc.boolean(), fc.integer(), fc.constant(unknown));
    const name = fc.string({ minLength: 1 }).filter((text) => text !== "__proto__");
    const { wire } = fc.letrec<{ wire: values.Wire }>((tie) => ({
      wire: fc.oneof(
        { depthSize: "small" },
        leaf,
        leaf.map(secret),
        fc.array(tie("wire")),
        fc.dictionary(name, tie("wire"), { noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(name, wire, { noNullPrototype: true }), (struct) => {
        const opened = values.open(struct);
        assert.deepEqual(values.close(opened.values, opened.secrets), struct);
      }),
    );
  });

  it("are unknown inside secrets and outputs too", () => {
    const { values: opened } = values.open({ a: unknown, b: secret(unknown), c: output({}), d: output({ value: 1 }) });
    assert.deepEqual(opened, { a: UNKNOWN, b: UNKNOWN, c: UNKNOWN, d: 1 });
    assert.ok(values.hasUnknown([{ deep: UNKNOWN }]));
    assert.ok(!values.hasUnknown([{ deep: "known" }]));
  });

  it("cannot hide an unknown in a string", () => {
    assert.throws(() => `${UNKNOWN}`, /unknown until the update/);
    assert.throws(() => JSON.stringify({ UNKNOWN }), /unknown until the update/);
  });

  it("keep secrets of outputs, wherever an output is secret", () => {
    const { values: opened, secrets } = values.open({ list: ["plain", output({ value: "hidden", secret: true })] });
    assert.deepEqual(opened, { list: ["plain", "hidden"] });
    assert.deepEqual(values.close(opened, secrets), { list: ["plain", secret("hidden")] });
  });

  it("lose null members, because Pulumi treats null as absent", () => {
    assert.deepEqual(values.open({ gone: null, kept: [null] }).values, { kept: [null] });
  });

  it("are a resource's id for a resource reference", () => {
    const reference = { [SIGNATURE]: "5cf8f73096256a8f31e491e813e4eb8e", urn: "urn:x", id: "vpc-1" };
    assert.deepEqual(values.open({ vpc: reference, later: { ...reference, id: "" } }).values, {
      vpc: "vpc-1",
      later: UNKNOWN,
    });
  });

  it("may be assets and archives", () => {
    const asset = { [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", hash: "ab", text: "content" };
    const archive = { [SIGNATURE]: "0def7320c3a5731c473e5ecbe6d01bc7", hash: "cd", assets: { a: asset } };
    const { values: opened } = values.open({ asset, archive });
    assert.deepEqual(opened, {
      asset: new values.Asset("ab", { text: "content" }),
      archive: new values.Archive("cd", { assets: { a: new values.Asset("ab", { text: "content" }) } }),
    });
    assert.deepEqual(values.close(opened, undefined), { asset, archive });
  });

  it("with an unknown signature are refused", () => {
    assert.throws(() => values.open({ odd: { [SIGNATURE]: "new in some later version" } }), /signature/);
  });
});
