import { InvalidInputError, type Problem, parseJson } from "@metrics-link/contract";
import * as z from "zod/mini";
import type { RequestLimits } from "./limits.ts";
import { type Labels, mostPinnedLabels, rulesOf, type SenderRules } from "./rules.ts";
import type { RateLimits } from "./usage.ts";

const whole = (least: number, most: number) =>
  z.int({ error: `a whole number from ${least} to ${most}` }).check(z.gte(least), z.lte(most));

/** Names that begin with two underscores are Prometheus' own, and it makes some of them from metadata. */
const labelName = z
  .string()
  .check(z.regex(/^(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,99}$/, { error: "a label name that does not begin with __" }));
const labelValue = z
  .string()
  .check(z.regex(/^[^\p{Cc}\p{Cs}]{1,200}$/u, { error: "a label value of 1 to 200 characters" }));
const labels = z.record(labelName, labelValue);

/** Far above what a sender of this link writes, and below what fills a receiver within an hour. */
const rates = z.strictObject({
  samplesPerSecond: z._default(whole(1, 10_000_000), 50_000),
  burstSeconds: z._default(whole(1, 3_600), 60),
  activeSeries: z._default(whole(1, 10_000_000), 500_000),
  newSeriesPerMinute: z._default(whole(1, 10_000_000), 100_000),
});

const bodyBytes = whole(1_024, 64 * 1024 * 1024);
const labelsPerSeries = whole(1, 10_000);
/** Below Prometheus' own ten minutes, so that a sample waits here instead of being dropped there. */
const aheadSeconds = whole(0, 590);

const request = z.strictObject({
  bodyBytes: z._default(bodyBytes, 2 * 1024 * 1024),
  decodedBytes: z._default(whole(1_024, 128 * 1024 * 1024), 32 * 1024 * 1024),
  series: z._default(whole(1, 1_000_000), 20_000),
  samples: z._default(whole(1, 1_000_000), 50_000),
  histograms: z._default(whole(1, 1_000_000), 20_000),
  exemplars: z._default(whole(1, 1_000_000), 20_000),
  metadata: z._default(whole(1, 1_000_000), 20_000),
  symbols: z._default(whole(1, 1_000_000), 200_000),
  labelsPerSeries: z._default(labelsPerSeries, 512),
  labelNameBytes: z._default(whole(1, 1_048_576), 1_024),
  labelValueBytes: z._default(whole(1, 16 * 1024 * 1024), 65_536),
  aheadSeconds: z._default(aheadSeconds, 540),
});

/** What a sender may have of its own; the rest is the same for all. */
const ownRequest = z.strictObject({
  bodyBytes: z.optional(bodyBytes),
  labelsPerSeries: z.optional(labelsPerSeries),
  aheadSeconds: z.optional(aheadSeconds),
});

const senderName = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, { error: "a sender's name" }));

const schema = z.strictObject({
  /** `observe` judges and counts, and passes everything on; `enforce` refuses. */
  mode: z.enum(["observe", "enforce"], { error: "observe or enforce" }),
  /** Labels that a series may leave out, each with the values that it may have otherwise; none: nobody may write it. */
  reserved: z.record(labelName, z.array(labelValue)),
  request: z._default(request, z.parse(request, {})),
  rates: z._default(rates, z.parse(rates, {})),
  /** By the name that Envoy gives each sender: what its series must have, and its own rates. */
  senders: z.record(senderName, z.strictObject({ labels, rates: z.optional(rates), request: z.optional(ownRequest) })),
  /** Senders that may not write now, such as suspended ones: nobody else may have their labels meanwhile. */
  absent: z._default(z.record(senderName, labels), {}),
});

/** What one sender may write. */
export interface SenderTerms {
  readonly labels: Labels;
  readonly rules: SenderRules;
  readonly rates: RateLimits;
  /** Of a body on the wire. */
  readonly bodyBytes: number;
  readonly request: RequestLimits;
}

/** The gate's configuration, with what follows from it worked out once. */
export interface GateConfiguration {
  readonly mode: "observe" | "enforce";
  /** Of a sender that is not in the configuration, whose body is read while observing. */
  readonly bodyBytes: number;
  readonly reserved: Readonly<Record<string, readonly string[]>>;
  readonly senders: ReadonlyMap<string, SenderTerms>;
}

/** The gate's configuration file as whoever writes it has it; what is left out has its default. */
export type GateConfigurationFile = z.input<typeof schema>;

/**
 * Reads the gate's configuration file.
 * @param source what the text is, for the message
 * @throws InvalidInputError `JSON_INVALID` with everything that is wrong with it
 */
export function readConfiguration(text: string, source: string): GateConfiguration {
  const found = parseJson(schema, text, source);
  const problems = identityProblems(found);
  if (problems.length > 0) throw new InvalidInputError(`${source} is not as expected`, problems, "JSON_INVALID");
  const identities = {
    senders: new Map([
      ...Object.entries(found.absent),
      ...Object.entries(found.senders).map(([name, { labels }]) => [name, labels] as const),
    ]),
    reserved: found.reserved,
  };
  const rules = rulesOf(identities);
  return {
    mode: found.mode,
    bodyBytes: found.request.bodyBytes,
    reserved: found.reserved,
    senders: new Map(
      Object.entries(found.senders).flatMap(([name, { labels, rates, request }]) => {
        const ownRules = rules.get(name);
        if (ownRules === undefined) return [];
        const { bodyBytes, aheadSeconds, labelsPerSeries, ...limits } = found.request;
        const terms = {
          labels,
          rules: ownRules,
          rates: rates ?? found.rates,
          bodyBytes: request?.bodyBytes ?? bodyBytes,
          request: {
            ...limits,
            labelsPerSeries: request?.labelsPerSeries ?? labelsPerSeries,
            aheadMs: (request?.aheadSeconds ?? aheadSeconds) * 1000,
          },
        };
        return [[name, terms] as const];
      }),
    ),
  };
}

/**
 * A sender is known by its labels: none of them is reserved, and no other sender has one of these pairs. One without labels may
 * write what is nobody else's.
 */
function identityProblems({ senders, absent, reserved }: z.output<typeof schema>): Problem[] {
  const owners = new Map<string, string>();
  const all = [
    ...Object.entries(senders).map(([sender, { labels }]) => ({ sender, key: `senders.${sender}.labels`, labels })),
    ...Object.entries(absent).map(([sender, labels]) => ({ sender, key: `absent.${sender}`, labels })),
  ];
  return all.flatMap(({ sender, key, labels }) => {
    const pairs = Object.entries(labels);
    const twice: Problem[] =
      key.startsWith("absent.") && Object.hasOwn(senders, sender)
        ? [{ key, value: sender, remedy: "a sender in either senders or absent" }]
        : [];
    const count: Problem[] =
      pairs.length > mostPinnedLabels
        ? [{ key, value: labels, remedy: `at most ${mostPinnedLabels} labels that tell this sender from all others` }]
        : [];
    return [
      ...twice,
      ...count,
      ...pairs.flatMap(([name, value]): Problem[] => {
        if (Object.hasOwn(reserved, name)) {
          return [{ key: `${key}.${name}`, value, remedy: "a label that is not reserved" }];
        }
        const pair = JSON.stringify([name, value]);
        const owner = owners.get(pair);
        if (owner === undefined) owners.set(pair, sender);
        return owner === undefined
          ? []
          : [{ key: `${key}.${name}`, value, remedy: `a value of its own: ${owner} has the same` }];
      }),
    ];
  });
}
