import {
  anchor,
  type Block,
  type Finding,
  type Markup,
  quiet,
  renderHtml,
  section,
  strong,
  text,
  timeline,
} from "@metrics-link/report";
import type { Outcome } from "./drill.ts";
import { summary, tableOf } from "./report.ts";

/** The outcomes as one HTML page that needs nothing else. */
export function page(outcomes: readonly Outcome[]): string {
  const first = Math.min(...outcomes.flatMap(({ phases }) => phases.began ?? []));
  const when = Number.isFinite(first)
    ? ` of ${new Date(first * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`
    : "";
  const failed = outcomes.filter(({ passed }) => !passed);
  return renderHtml({
    title: "Drills",
    heading: `Drills${when}`,
    intro: "Each drill breaks something, waits for its alert, mends it, and compares the raw samples of both ends.",
    verdict: {
      severity: failed.length > 0 ? "critical" : "ok",
      headline: summary(outcomes),
      findings: failed.map(
        ({ name, notes }): Finding => ({ severity: "critical", subject: name, what: notes.join("; ") }),
      ),
    },
    blocks: [tableOf(outcomes, (outcome) => anchor(outcome.name)), ...outcomes.map(sectionOf)],
  });
}

function sectionOf(outcome: Outcome): Block {
  const { name, passed, fault, alert, side, notes } = outcome;
  const drawing = picture(outcome);
  return section(
    name,
    [
      ...notes.map((note) => text(quiet(note))),
      ...(drawing === undefined ? [] : [{ kind: "drawing", drawing } as const]),
    ],
    {
      id: name,
      badge: passed ? { tone: "ok", text: "passed" } : { tone: "critical", text: "FAILED" },
      note: [`Fault: ${fault}. The alert `, strong(alert), ` of the ${side} must fire.`],
    },
  );
}

/** A drill over time: the fault, the alert, and how far the receiver was behind. Undefined without a fault. */
export function picture({ phases, lag }: Outcome): Markup | undefined {
  const { began, broken, pending, fired, healing, healed, cleared } = phases;
  if (began === undefined) return undefined;
  return timeline({
    label: "When it was broken, when the alert was pending and firing, and how far the receiver was behind.",
    from: began,
    until: cleared ?? Math.max(...Object.values(phases), ...lag.map(([at]) => at)),
    lanes: [
      {
        name: "fault",
        bars: [
          { title: "breaking", tone: "idle", from: began, until: broken },
          { title: "broken", tone: "full", from: broken, until: healing },
          { title: "mending", tone: "idle", from: healing, until: healed },
        ],
      },
      {
        name: "alert",
        bars: [
          { title: "pending", tone: "open", from: pending, until: fired ?? cleared },
          { title: "firing", tone: "bad", from: fired, until: cleared },
        ],
      },
    ],
    value: { name: "behind", points: lag },
  });
}
