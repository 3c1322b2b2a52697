import assert from "node:assert/strict";
import { type Asked, compare, type SourceFile, secretIn, setAside } from "@metrics-link/review";

const bucket = (object: object): Asked => ({
  call: "registerResource",
  type: "aws:s3/bucket:Bucket",
  name: "b",
  fields: { object },
});
const file = "packages/envoy/render/ingest.ts";
const text = (content: string): SourceFile => ({ mode: "100644", encoding: "utf8", content });
const program = (content: string, ...asked: Asked[]) => ({ files: new Map([[file, text(content)]]), asked });
const none = { before: new Map(), after: new Map() };

function comparison(
  before: ReturnType<typeof program>,
  after: ReturnType<typeof program>,
  { accepted = [], stack = "receiver" }: { accepted?: string[]; stack?: string } = {},
) {
  return compare({ stack, base: "b".repeat(40), before, after, configuration: none, accepted });
}

const reviewed = program("one\ntwo\n", bucket({ name: "x" }));
const changed = program("one\nTWO\n", bucket({ name: "y" }));

describe("a comparison with the reviewed program", () => {
  it("finds nothing, and needs no acceptance, if nothing differs", () => {
    const { asks, source, hash, accepted } = comparison(reviewed, structuredClone(reviewed));
    assert.deepEqual([asks, source, hash, accepted], [[], [], undefined, false]);
  });

  it("names the source line and the property", () => {
    const { asks, source } = comparison(reviewed, changed);
    assert.deepEqual(source, [{ file, line: 2, before: ["two"], after: ["TWO"] }]);
    assert.deepEqual(asks, [
      {
        ...{ subject: "b", type: "aws:s3/bucket:Bucket", kind: "changes" },
        ...{ path: "registerResource.object.name", before: "x", after: "y" },
      },
    ]);
  });

  it("counts a change of the source as one of the program, even if a preview does not show its effect", () => {
    const { asks, hash } = comparison(reviewed, program("one\ntwo // if (!dryRun) …\n", bucket({ name: "x" })));
    assert.deepEqual(asks, []);
    assert.match(hash ?? "", /^[0-9a-f]{64}$/);
  });

  it("counts new, deleted and newly executable files", () => {
    const files = (found: Record<string, SourceFile>) => ({ files: new Map(Object.entries(found)) });
    const found = comparison(
      { ...files({ "a.ts": text("1"), "b.ts": text("2"), "c.sh": text("3") }), asked: [] },
      { ...files({ "a.ts": text("1"), "c.sh": { ...text("3"), mode: "100755" }, "d.ts": text("4") }), asked: [] },
    );
    assert.deepEqual(
      found.source.map((one) => one.file),
      ["b.ts", "c.sh", "d.ts"],
    );
  });
});

describe("an acceptance", () => {
  const { hash = "" } = comparison(reviewed, changed);

  it("accepts exactly one difference", () => {
    assert.equal(comparison(reviewed, changed, { accepted: ["0".repeat(64), hash] }).accepted, true);
    const others = {
      "another line": program("one\nTWO!\n", bucket({ name: "y" })),
      "another property": program("one\nTWO\n", bucket({ name: "z" })),
      "one resource more": program("one\nTWO\n", bucket({ name: "y" }), { ...bucket({}), name: "c" }),
      "another order of the keys of a document": program("one\nTWO\n", bucket({ name: "y", policy: '{"b":1,"a":2}' })),
    };
    for (const [what, other] of Object.entries(others)) {
      assert.equal(comparison(reviewed, other, { accepted: [hash] }).accepted, false, what);
    }
    assert.equal(comparison(program("", bucket({ name: "x" })), changed, { accepted: [hash] }).accepted, false);
  });

  it("accepts for one stack only", () => {
    assert.equal(comparison(reviewed, changed, { accepted: [hash], stack: "sender" }).accepted, false);
  });

  it("accepts nothing if nothing differs", () => {
    assert.equal(comparison(reviewed, reviewed, { accepted: [hash] }).accepted, false);
  });

  it("has a stable hash, from which nobody can guess a secret", () => {
    const secret = (value: string) => program("one\nTWO\n", bucket({ password: secretIn(value) }));
    assert.equal(comparison(reviewed, secret("a")).hash, comparison(reviewed, secret("b")).hash);
    assert.notEqual(comparison(reviewed, secret("a")).hash, hash);
  });
});

describe("the protections that a configuration drops", () => {
  it("are reported for each key, whoever wrote it", () => {
    const found = setAside({
      "metrics-link:tools": { acceptUnpinned: true },
      "metrics-link:pki": { root: "trial" },
      "metrics-link:network": { documentationAddresses: true },
      "metrics-link:host.forceRelease": "25a473f2c79e",
    });
    assert.deepEqual(
      found.map(({ key, value }) => `${key} ${value}`),
      [
        "tools.acceptUnpinned true",
        'pki.root "trial"',
        "network.documentationAddresses true",
        'host.forceRelease "25a473f2c79e"',
      ],
    );
  });

  it("are none with the default values", () => {
    assert.deepEqual(
      setAside({ "metrics-link:tools": { acceptUnpinned: false }, "metrics-link:pki": { root: "offline" } }),
      [],
    );
  });
});
