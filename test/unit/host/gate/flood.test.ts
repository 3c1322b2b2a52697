import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { performance } from "node:perf_hooks";
import { eventually } from "../../../support/eventually.ts";
import { contentTypes, encodeV1, encodeV2, nodeSeries, snappy } from "../../gate/messages.ts";
import { GateProcess, headersOf } from "./processes.ts";

const flooders = Array.from({ length: 20 }, (_, index) => `f${index}`);
/** So many that one round of their most expensive requests takes longer than a request waits for a slot. */
const spendthrifts = Array.from({ length: 30 }, (_, index) => `s${index}`);
const account = (index: number) => `${100_000_000_000 + index}`;
const configuration = {
  mode: "enforce",
  reserved: { link_side: ["sends"] },
  senders: Object.fromEntries(
    [...flooders, "honest", ...spendthrifts].map((name, index) => [
      name,
      { labels: index <= flooders.length ? { account: account(index) } : {} },
    ]),
  ),
};

/** MemoryMax of the unit, in bytes (packages/host/cloud/units.ts). */
const memoryMax = 448 * 2 ** 20;
/** As many series as a request may have. */
const series = 20_000;
/** Of all together half as many series again as the gate has room for. */
const requestsOfEach = 14;
const digits = 10;

/** Requests of one sender, each with series that nobody has written before. Not compressed: that is the cheapest to make. */
class NewSeries {
  readonly #message: Uint8Array;
  readonly #places: readonly number[];
  #next = 0;

  constructor(own: string) {
    const marker = "x".repeat(digits);
    const labels = [
      ["__name__", "m"],
      ["account", own],
      ["zone", marker],
    ] as const;
    const one = { labels, samples: [{ value: 1, timestamp: Date.now() }] };
    const message = Buffer.from(encodeV1(Array(series).fill(one)));
    const first = message.indexOf(marker);
    this.#message = message;
    this.#places = Array.from({ length: series }, (_, index) => first + index * (message.length / series));
  }

  /** The next request, as one block of snappy. */
  next(): Uint8Array {
    for (const place of this.#places) {
      const number = `${this.#next++}`.padStart(digits, "0");
      for (let index = 0; index < digits; index += 1) this.#message[place + index] = number.charCodeAt(index);
    }
    const { length } = this.#message;
    const preamble = [(length & 127) | 128, ((length >>> 7) & 127) | 128, length >>> 14];
    // A literal whose length takes three bytes.
    const literal = [62 << 2, (length - 1) & 255, ((length - 1) >>> 8) & 255, (length - 1) >>> 16];
    return Buffer.concat([Uint8Array.from([...preamble, ...literal]), this.#message]);
  }
}

/** Two and a half million labels in half a megabyte: a tenth of a second of CPU time. The last one is another sender's. */
function expensiveLie(): Uint8Array {
  const letters = [..."abcdefghijklmnopqrstuvwxyz"];
  const names = letters.flatMap((one) => letters.map((other) => `b${one}${other}`)).slice(0, 500);
  const samples = [{ value: 1, timestamp: 1 }];
  const named = ["__name__", "m"] as const;
  const wide = { labels: [named, ...names.map((name) => [name, "x"] as const)], samples };
  return snappy(encodeV2([...Array(5_000).fill(wide), { labels: [named, ["account", account(0)]], samples }]));
}

describe("the gate, flooded", function () {
  this.timeout(300_000);
  let prometheus: Server;
  let gate: GateProcess;
  before(async () => {
    prometheus = createServer((request, response) => {
      request.resume();
      request.on("end", () => response.writeHead(204).end());
    });
    prometheus.listen(0, "127.0.0.1");
    await once(prometheus, "listening");
    const { port } = prometheus.address() as AddressInfo;
    gate = await GateProcess.start(configuration, `http://127.0.0.1:${port}`);
  });
  after(async () => {
    await gate?.stop();
    prometheus?.closeAllConnections();
    prometheus?.close();
  });

  /** As a queue does it: again after a 503, which a machine that does much else gives for a single judgement of seconds. */
  const writeHonestly = async (waits: number[], tries = 3): Promise<void> => {
    const body = snappy(encodeV1(nodeSeries(500, [["account", account(flooders.length)]], Date.now())));
    const before = performance.now();
    const { status, text } = await gate.write(body, headersOf("honest", contentTypes[1]));
    waits.push(performance.now() - before);
    if (status === 503 && tries > 1) return writeHonestly(waits, tries - 1);
    assert.equal(status, 204, text);
  };
  const show = (waits: number[], more: string) => {
    const ascending = [...waits].sort((one, other) => one - other).map(Math.round);
    const [median, longest] = [ascending[ascending.length >> 1], ascending.at(-1)];
    console.log(`      ${waits.length} honest requests: median ${median} ms, longest ${longest} ms; ${more}`);
  };

  it("keeps its memory, and the way of a sender that does no harm, while twenty write as many new series as they can", async () => {
    let most = 0;
    let floods = flooders.length;
    const refused = new Map<string, number>();
    const flood = async (sender: string, index: number) => {
      const requests = new NewSeries(account(index));
      for (let count = 0; count < requestsOfEach; count += 1) {
        const { status, text } = await gate.write(requests.next(), headersOf(sender, contentTypes[1]));
        most = Math.max(most, gate.resident);
        const reason = status === 204 ? "" : (/gate: (\w+):/.exec(text)?.[1] ?? text);
        refused.set(reason, (refused.get(reason) ?? 0) + 1);
      }
      floods -= 1;
    };
    const waits: number[] = [];
    const write = async () => {
      while (floods > 0) await writeHonestly(waits);
    };
    await Promise.all([...flooders.map(flood), write()]);
    assert.equal(gate.exitCode, null, gate.output);
    assert.ok(most < memoryMax, `${most} bytes`);
    assert.ok((refused.get("shared_series") ?? 0) > 0, JSON.stringify([...refused]));
    const { text } = await gate.get("/metrics");
    // Those who take the room have its alert, and nobody else.
    assert.match(text, /limit_used_ratio\{sender="f\d+",limit="shared_series"\} (0\.[89]|1)/);
    assert.ok(!text.includes('limit_used_ratio{sender="honest"'));
    const active = [...text.matchAll(/^metrics_link_gate_active_series\{.*\} (\d+)$/gm)].map(([, value]) =>
      Number(value),
    );
    assert.ok(active.reduce((sum, one) => sum + one, 0) <= 4_000_000);
    show(waits, `${Math.round(most / 2 ** 20)} MiB; answers to the others: ${JSON.stringify([...refused])}`);
  });

  it("lets a sender write while thirty write what takes longest to judge", async () => {
    const body = expensiveLie();
    let isOver = false;
    const answers = new Map<string, number>();
    const spend = async (sender: string) => {
      while (!isOver) {
        const { text } = await gate.write(body, headersOf(sender, contentTypes[2]));
        const reason = /gate: (\w+):/.exec(text)?.[1] ?? text;
        answers.set(reason, (answers.get(reason) ?? 0) + 1);
      }
    };
    const waits: number[] = [];
    // Who comes first has its turn first: of thirty that come at once, each has one.
    const write = async () => {
      await eventually(
        "each has had its turn",
        () => (answers.get("label_reserved") ?? 0) >= spendthrifts.length || undefined,
        60_000,
      );
      for (let count = 0; count < 5; count += 1) await writeHonestly(waits);
    };
    const spending = [...spendthrifts, ...spendthrifts].map(spend);
    await write().finally(() => {
      isOver = true;
    });
    await Promise.all(spending);
    show(waits, `answers to the others: ${JSON.stringify([...answers])}`);
  });
});
