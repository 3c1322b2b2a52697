import assert from "node:assert/strict";
import { verify } from "@metrics-link/gate";
import fc from "fast-check";
import { termsOfA } from "../../gate/examples.ts";
import { contentTypes, decodedLabels, encodeV1, encodeV2, type Series, snappy } from "../../gate/messages.ts";
import { mutate, parse, shapes, unparse } from "../../gate/tree.ts";
import { BarePrometheus } from "./processes.ts";

/** Messages a run. More on demand: METRICS_LINK_FUZZ_MESSAGES=1000000. */
const messages = Number(process.env.METRICS_LINK_FUZZ_MESSAGES ?? 10_000);
/** The one of a failed run is in its message. */
const seed = Number(process.env.METRICS_LINK_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));

const { rules, request } = termsOfA();
const now = Date.now();
let moments = 0;
/** Each sample has a time of its own, so that Prometheus refuses none for the time of another. */
const moment = () => now - 600_000 + (moments++ % 500_000);

const word = fc.constantFrom("a", "b", "up", "x", "zz", "account", "link_side", "ü");
const value = fc.constantFrom("111", "222", "x", "receives", "sends", "é", "1");
const extra = fc.uniqueArray(fc.tuple(word, value), { maxLength: 3, selector: ([name]) => name });
const histogram = fc.array(fc.nat(9), { minLength: 1, maxLength: 3 });

/** A series that is honest most of the time. */
const series: fc.Arbitrary<Series> = fc
  .record({
    account: fc.constantFrom(...Array<string>(18).fill("111"), "222", undefined),
    extra: fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: extra }),
    samples: fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 3 }),
    histogram: fc.option(histogram, { freq: 5 }),
    exemplar: fc.option(fc.tuple(word, value), { freq: 4 }),
    metadata: fc.option(fc.record({ type: fc.nat(8), help: word, unit: value }), { freq: 3 }),
    name: fc.constantFrom("m1", "m2", "m3"),
    inOrder: fc.nat(30),
  })
  .map(({ account, extra, samples, histogram, exemplar, metadata, name, inOrder }) => {
    const pairs = new Map([
      ["__name__", name],
      ...extra,
      ...(account === undefined ? [] : [["account", account] as const]),
    ]);
    const labels = [...pairs].toSorted(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    return {
      labels: inOrder === 0 ? labels.toReversed() : labels,
      samples: samples.map((value) => ({ value, timestamp: moment() })),
      histograms: histogram === null ? [] : [{ timestamp: moment(), counts: histogram }],
      exemplars: exemplar === null ? [] : [{ labels: [exemplar], value: 1, timestamp: moment() }],
      ...(metadata === null ? {} : { metadata }),
    };
  });

const byte = fc.nat(255);
/** What happens to the bytes of a message, whatever they mean. */
const scratch = fc.record({ at: fc.nat(500), remove: fc.nat(4), insert: fc.array(byte, { maxLength: 4 }) });

const candidate = fc.record({
  protocol: fc.constantFrom(1 as const, 2 as const),
  content: fc.array(series, { minLength: 1, maxLength: 3 }),
  mutations: fc.array(fc.record({ at: fc.nat(200), kind: fc.nat(200), choice: fc.nat(200) }), { maxLength: 2 }),
  scratches: fc.oneof(
    { weight: 9, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(scratch, { minLength: 1, maxLength: 2 }) },
  ),
});

type Candidate = typeof candidate extends fc.Arbitrary<infer One> ? One : never;

function messageOf({ protocol, content, mutations, scratches }: Candidate): Uint8Array {
  const tree = parse(protocol === 1 ? encodeV1(content) : encodeV2(content), shapes[protocol]);
  for (const mutation of mutations) mutate(tree, mutation);
  const bytes = [...unparse(tree)];
  for (const { at, remove, insert } of scratches) bytes.splice(at % (bytes.length + 1), remove, ...insert);
  return Uint8Array.from(bytes);
}

const keyOf = (labels: readonly (readonly [string, string])[]) =>
  JSON.stringify(labels.toSorted(([one], [other]) => (one < other ? -1 : 1)));

/** Whether Prometheus stored a series that sender `a` may not write. */
const isForeign = ({ account, link_side: side }: Readonly<Record<string, string>>) =>
  account !== "111" || (side !== undefined && side !== "sends");

describe("whatever the gate lets through", function () {
  this.timeout(0);
  let judged: BarePrometheus;
  let believing: BarePrometheus;
  before(async () => {
    judged = await BarePrometheus.start();
    believing = await BarePrometheus.start();
  });
  after(() => Promise.all([judged?.stop(), believing?.stop()]));

  const send = async ({ url }: BarePrometheus, protocol: 1 | 2, body: Uint8Array) => {
    const headers = { "content-type": contentTypes[protocol], "content-encoding": "snappy" };
    const answer = await fetch(`${url}/api/v1/write`, { method: "POST", headers, body: Buffer.from(body) });
    await answer.text();
    return answer;
  };

  it(`is read by Prometheus as by the gate: ${messages} messages, some honest, most of them damaged`, async () => {
    const expected = new Set<string>();
    const [passed, refused] = [
      { 1: 0, 2: 0 },
      { 1: 0, 2: 0 },
    ];
    let stored = 0;
    const sample = fc.sample(candidate, { numRuns: messages, seed });
    for (const one of sample) {
      const { protocol } = one;
      const message = messageOf(one);
      const body = snappy(message);
      const verdict = verify(protocol, body, rules, request, Date.now());
      if (!verdict.accepted) {
        refused[protocol] += 1;
        // Enough to see that these messages are dangerous.
        if (refused[protocol] <= 500) await send(believing, protocol, body);
        continue;
      }
      passed[protocol] += 1;
      for (const labels of decodedLabels(protocol, message)) expected.add(keyOf(labels));
      const answer = await send(judged, protocol, body);
      if (answer.status === 204) stored += 1;
      if (answer.status !== 204 || protocol === 1) continue;
      const { samples, histograms, exemplars } = verdict.counts;
      const written = ["samples", "histograms", "exemplars"].map((kind) =>
        Number(answer.headers.get(`x-prometheus-remote-write-${kind}-written`)),
      );
      assert.deepEqual(
        written,
        [samples, histograms, exemplars],
        `seed ${seed}: ${Buffer.from(message).toString("hex")}`,
      );
    }

    for (const labels of await judged.series()) {
      assert.ok(!isForeign(labels), `seed ${seed}: ${JSON.stringify(labels)}`);
      assert.ok(
        expected.has(keyOf(Object.entries(labels))),
        `seed ${seed}: ${JSON.stringify(labels)} was not read here`,
      );
    }
    const everything = encodeURIComponent('{__name__=~".+"}');
    const exemplars = (await judged.api(`query_exemplars?query=${everything}&start=0&end=9999999999`)) as readonly {
      readonly seriesLabels: Readonly<Record<string, string>>;
      readonly exemplars: readonly { readonly labels: Readonly<Record<string, string>> }[];
    }[];
    assert.ok(exemplars.length > 0);
    for (const { seriesLabels, exemplars: found } of exemplars) {
      for (const { labels } of found) {
        const claimed = labels.account === "222" || isForeign({ ...labels, account: "111" });
        assert.ok(!claimed && !isForeign(seriesLabels), `seed ${seed}`);
      }
    }

    // The test could see a lie, and sees enough of both kinds.
    assert.ok((await believing.series()).filter(isForeign).length > 20, "the messages that were refused are harmless");
    for (const protocol of [1, 2] as const) {
      assert.ok(
        passed[protocol] > messages / 20 && refused[protocol] > messages / 20,
        JSON.stringify({ passed, refused }),
      );
    }
    assert.ok(stored > messages / 20, `only ${stored} messages were stored`);
    if (process.env.METRICS_LINK_FUZZ_MESSAGES) console.log(JSON.stringify({ seed, passed, refused, stored }));
  });
});
