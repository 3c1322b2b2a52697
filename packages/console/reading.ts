import type { Panel } from "@metrics-link/prometheus";
import type { EvidencePart } from "@metrics-link/release";
import type { Series, Span } from "@metrics-link/report";

/** Everything that a console shows; a part that could not be read says why. */
export interface Reading {
  /** The time that the panels show; it ends when the reading was taken. */
  readonly span: Span;
  readonly hosts: EvidencePart<readonly Host[]>;
  readonly links: EvidencePart<readonly Link[]>;
  /** The firing alerts by whose rules they fire: one side may answer when the other does not. */
  readonly alerts: Readonly<Record<"receiver" | "senders", EvidencePart<readonly Alert[]>>>;
  /** Raw samples of both ends; absent where only one end can be asked. */
  readonly comparison?: EvidencePart<Comparison>;
  readonly rows: readonly PanelRow[];
}

export interface Host {
  /** `receiver`; `sender`, with the labels that tell one from another where there are several. */
  readonly name: string;
  readonly release: string | undefined;
  /** How the agent's last run ended; undefined when nobody exports it. */
  readonly outcome: string | undefined;
  /** When it ended, in seconds since the epoch. */
  readonly ranAt: number | undefined;
  readonly certificates: readonly Certificate[];
}

export interface Certificate {
  /** leaf, intermediate, root, or peer root: what is trusted. */
  readonly tier: string;
  /** In seconds since the epoch. */
  readonly notAfter: number;
}

/** How far the samples of one sender have come. */
export interface Link {
  readonly sender: string;
  /** Seconds between the newest sample stored and the newest one acknowledged; undefined without a recent sample. */
  readonly lag: number | undefined;
  /** The lag that a link may show though it is up, where its sender tells it. */
  readonly healthyLag: number | undefined;
  /** Of the sender's last sample, in seconds since the epoch. */
  readonly heardAt: number;
  /** The delivery watermark: the receiver has all that was stored up to here, in seconds since the epoch. */
  readonly watermark: number | undefined;
  /** A backfill under way: the share that is done, and the seconds that it still takes; undefined when there is none. */
  readonly backfill: { readonly done: number; readonly secondsLeft: number | undefined } | undefined;
}

/** An alert that fires. */
export interface Alert {
  readonly host: string;
  readonly name: string;
  readonly severity: string;
  /** Undefined for a sender's alert that the receiver stores: only the sender's Prometheus has annotations. */
  readonly summary: string | undefined;
  /** A path in the repository; undefined for an alert of the user's. */
  readonly runbook: string | undefined;
}

/** The raw samples of both ends over the last seconds. */
export interface Comparison {
  readonly seconds: number;
  readonly series: number;
  readonly compared: number;
  readonly missing: number;
  readonly different: number;
  readonly unexpected: number;
}

export interface PanelRow {
  readonly title: string;
  readonly panels: readonly PanelReading[];
}

export interface PanelReading {
  readonly panel: Panel;
  readonly series: EvidencePart<readonly Series[]>;
  /** The legends of its queries without a current value. */
  readonly lacking: readonly string[];
  /** Whether this comes from the sender's own Prometheus, because the receiver has no current value. */
  readonly ofSender: boolean;
}
