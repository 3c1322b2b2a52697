import assert from "node:assert/strict";
import { releaseFiles } from "@metrics-link/envoy";
import { bootstrapPath, find, readFiles, toJson } from "@metrics-link/envoy/read/index.ts";
import fc from "fast-check";
import { certificates } from "../../policy/support/certificates.ts";
import { receiverOfOne, sender } from "../support/examples.ts";

const ends = {
  receiver: {
    rendering: receiverOfOne(),
    root: certificates.sender.root,
    peers: [{ name: "a", dnsName: "metrics-sender.account-a.internal", addresses: ["198.51.100.10"] }],
  },
  sender: {
    rendering: sender(),
    root: certificates.receiver.root,
    peers: [{ name: "b", dnsName: "metrics-ingest.account-b.internal", addresses: ["203.0.113.10", "203.0.113.11"] }],
  },
} as const;
type End = keyof typeof ends;

/** What Envoy is told in two files. */
interface Told {
  readonly bootstrap: unknown;
  readonly ingest?: unknown;
}

const toldAt = (end: End): Told => {
  const { bootstrap, ingest } = ends[end].rendering;
  return structuredClone(ingest === undefined ? { bootstrap } : { bootstrap, ingest });
};

/** Everything that is wrong with changed files, for somebody who knows who the peer is. */
function wrong(end: End, { bootstrap, ingest }: Told) {
  const { rendering, peers, root } = ends[end];
  const lookup = (path: string) => {
    if (path === bootstrapPath) return toJson(bootstrap);
    if (path === releaseFiles.ingest) return ingest === undefined ? undefined : toJson(ingest);
    if (path.startsWith("tls/roots/")) return root;
    const secret = rendering.secrets.find((one) => one.path === path);
    return secret === undefined ? undefined : toJson(secret.content);
  };
  return find(readFiles(lookup), { role: end, peers, lookup });
}

interface Spot {
  readonly path: string;
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

/** Every field of a document that holds a text, a number or a truth; and every message. */
function spotsOf(value: unknown, path = ""): { readonly scalars: Spot[]; readonly messages: Spot[] } {
  const scalars: Spot[] = [];
  const messages: Spot[] = [];
  if (typeof value !== "object" || value === null) return { scalars, messages };
  const holder = value as Record<string, unknown>;
  if (!Array.isArray(value)) messages.push({ path, holder, key: "" });
  for (const [key, item] of Object.entries(holder)) {
    const place = `${path}.${key}`;
    if (typeof item === "object") {
      const below = spotsOf(item, place);
      scalars.push(...below.scalars);
      messages.push(...below.messages);
    } else scalars.push({ path: place, holder, key });
  }
  return { scalars, messages };
}

/**
 * Fields whose value may be another one without anybody seeing it: the name that Envoy has in its own statistics, the
 * Host that the receiver's log shows, and how many requests the sender's shards may have under way, within bounds
 * (packages/envoy/read/schema). Everything else is pinned by the schema or by a rule.
 */
const free: readonly RegExp[] = [
  /^\.bootstrap\.node\.id$/,
  /\.host_rewrite_literal$/,
  // The rule shares-fit does not know how many shards the sender's queue has.
  /clusters\.0\.circuit_breakers\.thresholds\.0\.(max_pending_requests|max_requests)$/,
];

const end = fc.constantFrom<End>("receiver", "sender");

/** Another value of the same kind, near and far. */
function another(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value === "boolean") return fc.constant(!value);
  if (typeof value === "number") {
    return fc.oneof(fc.constantFrom(value + 1, value - 1, value + 0.5, -value), fc.integer(), fc.double());
  }
  const text = String(value);
  return fc.oneof(
    fc.constantFrom(`${text} `, text.slice(1), text.toUpperCase(), `${text}x`, ""),
    fc.string(),
    fc.constantFrom("0.0.0.0", ".*", "/", "TLSv1_2", "ALWAYS_FORWARD_ONLY", "prometheus", "admin", "999999s"),
    fc.constantFrom(
      "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
      "type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer",
    ),
  );
}

describe("a change to an Envoy configuration", () => {
  it("is detected when it adds a field anywhere", () => {
    fc.assert(
      fc.property(end, fc.nat(), fc.string({ minLength: 1 }), fc.jsonValue(), (which, at, key, value) => {
        const told = toldAt(which);
        const messages = spotsOf(told).messages.filter(({ path }) => path !== "");
        const spot = messages[at % messages.length];
        fc.pre(spot !== undefined && !Object.hasOwn(spot.holder, key) && key !== "__proto__");
        Object.defineProperty(spot?.holder, key, { value, enumerable: true, configurable: true, writable: true });
        assert.notDeepEqual(wrong(which, told), [], `${spot?.path}.${key}`);
      }),
      { numRuns: 300 },
    );
  });

  it("is detected when it removes a field anywhere", () => {
    for (const which of ["receiver", "sender"] as const) {
      const { scalars } = spotsOf(toldAt(which));
      const unseen = scalars
        .map(({ path }) => path)
        .filter((path) => {
          const told = toldAt(which);
          const spot = spotsOf(told).scalars.find((one) => one.path === path);
          if (spot === undefined || Array.isArray(spot.holder)) return false;
          delete spot.holder[spot.key];
          return wrong(which, told).length === 0;
        });
      assert.deepEqual(unseen, []);
    }
  });

  it("is detected when it changes a value anywhere except where values may vary", () => {
    fc.assert(
      fc.property(
        end.chain((which) => {
          const { scalars } = spotsOf(toldAt(which));
          return fc
            .constantFrom(...scalars.filter(({ path }) => !free.some((pattern) => pattern.test(path))))
            .chain(({ path, holder, key }) =>
              fc.record({ which: fc.constant(which), path: fc.constant(path), value: another(holder[key]) }),
            );
        }),
        ({ which, path, value }) => {
          const told = toldAt(which);
          const spot = spotsOf(told).scalars.find((one) => one.path === path);
          fc.pre(spot !== undefined && !Object.is(spot.holder[spot.key], value));
          if (spot !== undefined) spot.holder[spot.key] = value;
          // What is written is what is read: -0 is 0 then.
          fc.pre(toJson(told) !== toJson(toldAt(which)));
          assert.notDeepEqual(wrong(which, JSON.parse(toJson(told))), [], `${path} = ${JSON.stringify(value)}`);
        },
      ),
      { numRuns: 600 },
    );
  });

  it("is detected when a value that may vary is out of bounds", () => {
    for (const which of ["receiver", "sender"] as const) {
      const { scalars } = spotsOf(toldAt(which));
      const bounded = scalars.filter(({ path }) => free.some((pattern) => pattern.test(path)));
      assert.ok(bounded.length >= 3);
      for (const { path } of bounded) {
        const told = toldAt(which);
        const spot = spotsOf(told).scalars.find((one) => one.path === path);
        if (spot === undefined) throw new Error(path);
        const value = spot.holder[spot.key];
        spot.holder[spot.key] = typeof value === "number" ? 2 ** 40 : "999999s\n";
        assert.notDeepEqual(wrong(which, told), [], path);
      }
    }
  });
});
