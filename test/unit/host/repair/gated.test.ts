import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { verify } from "@metrics-link/gate";
import { deliver, writeTo } from "@metrics-link/host/repair/write.ts";
import fc from "fast-check";
import { termsOfA } from "../../gate/examples.ts";

const now = 1_800_000_000_000;
const identity = { account: "111", region: "eu", Zone: "a" };
const { rules, request } = termsOfA();

const name = fc.oneof(
  fc.constantFrom("account", "exported_account", "exported_exported_account", "link_side", "region", "Zone", "zone"),
  fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/),
  // Prometheus 3 takes any UTF-8; UTF-16 sorts the last of these otherwise than its bytes.
  fc.constantFrom("1", "ü", "\uffee", "\u{1f600}"),
);
const value = fc.constantFrom("111", "222", "sends", "receives", "eu", "a", "x");
/** As a sender's remote read gives them: sorted, each with its external labels where it has none of its own. */
const labels = fc.dictionary(name, value, { noNullPrototype: true }).map((own) =>
  Object.entries({ ...identity, ...own, __name__: "m" })
    .map(([name, value]) => ({ name, value }))
    .toSorted((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name))),
);

describe("what the repairer writes", () => {
  it("is what the gate lets through, whatever the sender's own series are labelled", async () => {
    const verdicts: string[] = [];
    const server = createServer(async (incoming, answer) => {
      const verdict = verify(1, await buffer(incoming), rules, request, now);
      if (!verdict.accepted) verdicts.push(JSON.stringify(verdict));
      answer.writeHead(verdict.accepted ? 204 : 400).end();
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    try {
      const { port } = server.address() as AddressInfo;
      const write = writeTo(`http://127.0.0.1:${port}/api/v1/write`, identity);
      await fc.assert(
        fc.asyncProperty(labels, async (own) => {
          const series = [{ labels: own, samples: [{ time: now, bits: 0n }] }];
          const { acknowledged } = await deliver(write, { series, samples: 1 });
          assert.equal(acknowledged, 1, verdicts.at(-1));
        }),
        { numRuns: 300 },
      );
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
