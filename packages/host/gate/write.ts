import type { IncomingMessage } from "node:http";
import { hasCode } from "@metrics-link/contract";
import {
  type Counts,
  type GateConfiguration,
  type RefusalReason,
  refusalReasons,
  type SenderTerms,
  Usages,
  type Verdict,
  verify,
} from "@metrics-link/gate";
import { senderHeader } from "@metrics-link/release";
import type { Answer, Forward } from "./forward.ts";
import { bodyOf, headersOn, only, protocolOf } from "./incoming.ts";
import type { Fault, Moment, Tally } from "./metrics.ts";
import type { RefusalLog } from "./refusal-log.ts";
import { type FairTime, Slots } from "./slots.ts";

/** Faults by the status of their answer; the sender tries again after each. */
const faults: Readonly<Record<Fault, { readonly status: number; readonly what: string }>> = {
  sender_missing: {
    status: 500,
    what: `there is not one header ${senderHeader}: Envoy's configuration is not this gate's`,
  },
  sender_unknown: { status: 503, what: "the configuration of the gate has no such sender yet" },
  busy: { status: 503, what: "too many requests are in memory" },
  cut_off: { status: 503, what: "the request ended before its body did" },
  prometheus_unreachable: { status: 503, what: "Prometheus does not answer" },
  prometheus_slow: { status: 503, what: "Prometheus takes too long" },
};

const inWords = (status: number, text: string): Answer => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8", ...(status === 503 ? { "retry-after": "1" } : {}) },
  body: Buffer.from(`metrics-link gate: ${text}\n`),
});

/** Envoy has the whole body before it connects. */
const bodyMs = 2_000;
/** For the turn to be judged; sixteen requests at most wait for it. */
const turnMs = 2_000;

/** A sender as it is called in metrics, and what is known of it. */
interface Known {
  readonly name: string;
  readonly terms: SenderTerms | undefined;
}

/** Judges each write request, passes on what may pass, and counts. */
export class WriteRequests {
  readonly #forward: Forward;
  readonly #slots: Slots;
  /** To judge, which is done one request at a time. */
  readonly #turns: Slots;
  readonly #time: FairTime;
  readonly #tally: Tally;
  readonly #log: RefusalLog;
  readonly #now: () => number;
  readonly #usages: Usages;

  constructor(parts: {
    configuration: GateConfiguration;
    forward: Forward;
    slots: Slots;
    time: FairTime;
    tally: Tally;
    log: RefusalLog;
    now?: () => number;
  }) {
    this.#usages = new Usages(parts.configuration.senders);
    this.#forward = parts.forward;
    this.#slots = parts.slots;
    this.#time = parts.time;
    this.#turns = new Slots({ most: 1, ofOneSender: 1, waiting: Number.POSITIVE_INFINITY, waitMs: turnMs }, parts.time);
    this.#tally = parts.tally;
    this.#log = parts.log;
    this.#now = parts.now ?? Date.now;
  }

  /** @param gone aborts when nobody waits for the answer any more */
  async answer(request: IncomingMessage, configuration: GateConfiguration, gone: AbortSignal): Promise<Answer> {
    const named = only(request, senderHeader);
    const terms = named === undefined ? undefined : configuration.senders.get(named);
    // Not by the name that came: whoever sends many would make as many series.
    const sender: Known = { name: terms === undefined || named === undefined ? "unknown" : named, terms };
    const answer = await this.#answerTo(sender, named === undefined, request, configuration, gone);
    this.#tally.requests.add(sender.name, `${answer.status}`);
    return answer;
  }

  /** Takes over another configuration. */
  configure({ senders }: GateConfiguration): void {
    this.#usages.configure(senders);
  }

  /** What each sender uses of its limits now. */
  senders(): Moment["senders"] {
    return this.#usages.at(this.#now());
  }

  async #answerTo(
    sender: Known,
    isMissing: boolean,
    request: IncomingMessage,
    configuration: GateConfiguration,
    gone: AbortSignal,
  ): Promise<Answer> {
    const enforcing = configuration.mode === "enforce";
    if (sender.terms === undefined) {
      const fault = isMissing ? "sender_missing" : "sender_unknown";
      // Counted in either mode; passed on while observing, since the fault may be in this very configuration.
      if (enforcing) return this.#fault(sender, fault);
      this.#tally.fault(sender.name, fault);
    }
    const release = await this.#slots.acquire(sender.name, gone);
    if (release === undefined) return this.#fault(sender, "busy");
    try {
      const body = await bodyOf(request, sender.terms?.bodyBytes ?? configuration.bodyBytes, bodyMs);
      if (body === "cut off") return this.#fault(sender, "cut_off");
      // In either mode: what is not in memory cannot be passed on.
      if (body === "too large") return this.#refuse(sender, enforcing, { reason: "body_size", series: 1 });
      const charged = await this.#judgedInTurn(sender, request, body, gone);
      if (charged === undefined) return this.#fault(sender, "busy");
      if (charged.refusal !== undefined) {
        const answer = this.#refuse(sender, enforcing, charged.refusal);
        if (enforcing) return answer;
      }
      return await this.#pass(sender, request, body, charged.verdict);
    } finally {
      release();
    }
  }

  /** A request may take a tenth of a second to judge: whoever came meanwhile and had less of the time is before the next. */
  async #judgedInTurn(
    sender: Known,
    request: IncomingMessage,
    body: Buffer,
    gone: AbortSignal,
  ): Promise<Judged | undefined> {
    const release = await this.#turns.acquire(sender.name, gone);
    if (release === undefined) return undefined;
    const began = performance.now();
    try {
      return this.#judge(sender, request, body);
    } finally {
      const took = performance.now() - began;
      this.#time.charge(sender.name, took);
      afterRounds(Math.ceil(took), release);
    }
  }

  #judge({ name, terms }: Known, request: IncomingMessage, body: Buffer): Judged {
    if (terms === undefined) return {};
    const protocol = protocolOf(request);
    if (protocol === undefined) return { refusal: { reason: "media_type", series: 1 } };
    const now = this.#now();
    const verdict = verify(protocol, body, terms.rules, terms.request, now);
    if (!verdict.accepted) return { refusal: verdict };
    const { counts, keys } = verdict;
    const over = this.#usages.judge(name, { samples: weightOf(counts), keys }, now);
    return over === undefined ? { verdict } : { refusal: { reason: over, series: Math.max(1, counts.series) } };
  }

  async #pass(sender: Known, request: IncomingMessage, body: Buffer, verdict: Judged["verdict"]): Promise<Answer> {
    const { counts } = verdict ?? {};
    try {
      const answer = await this.#forward(headersOn(request), body);
      if (answer.status >= 200 && answer.status < 300) {
        for (const kind of ["samples", "histograms", "exemplars"] as const) {
          if (counts && counts[kind] > 0) this.#tally.written.add(sender.name, kind, counts[kind]);
        }
      } else if (answer.status >= 500) this.#refund(sender, verdict);
      return answer;
    } catch (error) {
      this.#refund(sender, verdict);
      return this.#fault(sender, hasCode(error, "TIMED_OUT") ? "prometheus_slow" : "prometheus_unreachable");
    }
  }

  #refund({ name }: Known, verdict: Judged["verdict"]): void {
    if (verdict === undefined) return;
    this.#usages.refund(name, weightOf(verdict.counts));
  }

  #refuse({ name }: Known, enforcing: boolean, { reason, series, shown }: Refusal): Answer {
    const { status, what } = refusalReasons[reason];
    this.#tally.refuse(name, reason, series);
    const event = enforcing ? "request refused" : "request would be refused";
    this.#log.add({ event, sender: name, reason, series, ...(shown === undefined ? {} : { shown }) }, this.#now());
    return inWords(status, `${reason}: ${what}`);
  }

  #fault({ name }: Known, fault: Fault): Answer {
    this.#tally.fault(name, fault);
    return inWords(faults[fault].status, `${fault}: ${faults[fault].what}`);
  }
}

/**
 * After so many rounds of the event loop, in which it accepts connections, one a round, and reads what has come. With one round between
 * two requests that take long, a connection waits for as many of them as there are connections before it.
 */
function afterRounds(rounds: number, then: () => void): void {
  setImmediate(() => (rounds <= 1 ? then() : afterRounds(rounds - 1, then)));
}

interface Refusal {
  readonly reason: RefusalReason;
  readonly series: number;
  readonly shown?: string;
}

/** Without a refusal it may pass; without a verdict nothing was charged. */
interface Judged {
  readonly verdict?: Extract<Verdict, { readonly accepted: true }>;
  readonly refusal?: Refusal;
}

/** What a request counts of its sender's samples a second: Prometheus stores each bucket of a histogram as it does a sample. */
const weightOf = ({ samples, histograms, parts }: Counts): number => samples + histograms + parts;
