import type { Panel } from "@metrics-link/prometheus";
import type { EvidencePart } from "@metrics-link/release";
import type { Series, Span } from "@metrics-link/report/chart/series.ts";

/** All that a console shows, as it was read; a part that could not be read says why. */
export interface Reading {
  /** The time that the panels show; it ends when the reading was taken. */
  readonly span: Span;
  readonly hosts: EvidencePart<readonly Host[]>;
  readonly links: EvidencePart<readonly Link[]>;
  /** What fires, by whose rules: one side may answer when the other does not. */
  readonly alerts: Readonly<Record<"receiver" | "senders", EvidencePart<readonly Alert[]>>>;
  /** Raw samples of both ends; absent where only one end can be asked. */
  readonly comparison?: EvidencePart<Comparison>;
  readonly rows: readonly PanelRow[];
}

export interface Host {
  /** `receiver`; `sender`, with the labels that tell one from another where there are several. */
  readonly name: string;
  readonly release: string | undefined;
  /** How the agent's last run ended; undefined when nobody tells. */
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
  /** Seconds between the newest sample stored and the newest one acknowledged; undefined when it has not told lately. */
  readonly lag: number | undefined;
  /** When something of the sender was last heard, in seconds since the epoch. */
  readonly heardAt: number;
  /** Up to when the sender's repairer vouches for the receiver's copy, in seconds since the epoch. */
  readonly vouchedUntil: number | undefined;
}

/** An alert that fires. */
export interface Alert {
  readonly host: string;
  readonly name: string;
  readonly severity: string;
  /** Undefined for a sender's: only its own Prometheus has the words. */
  readonly summary: string | undefined;
  /** The page of the repository that says what to do; undefined for an alert of the user's. */
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
  /** The legends of its queries that told nothing of the present. */
  readonly lacking: readonly string[];
  /** Whether the receiver has nothing of the present, so that this comes from the sender's own Prometheus. */
  readonly ofSender: boolean;
}
