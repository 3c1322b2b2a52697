import type { AlertName, Side } from "@metrics-link/prometheus";
import { alertSettings, ruleGroups } from "@metrics-link/prometheus";
import { type Generated, row } from "./generated.ts";

/** The table of alerts, with the settings that they have in production. */
export const runbookIndex: Generated = {
  file: "docs/runbooks/README.md",
  async render(text) {
    return text.replaceAll(/^\| \[.*\n/gm, "").replace(/^(\| -+ .*\n)/m, (head) => head + rows().join(""));
  },
};

function rows(): string[] {
  const [atSender, atReceiver] = [severitiesOf("sends"), severitiesOf("receives")];
  return Object.entries(alertSettings).map(([name, settings]) => {
    const { for: held, window, threshold }: Settings = settings;
    const [here, there] = [atSender.get(name), atReceiver.get(name)];
    const side = here === undefined ? "receiver" : there === undefined ? "sender" : "both";
    return row(`[${name}](${name}.md)`, side, here ?? there ?? "", held, window ?? "", threshold ?? "");
  });
}

interface Settings {
  readonly for: string;
  readonly window?: string;
  readonly threshold?: number;
}

function severitiesOf(side: Side): ReadonlyMap<string, string> {
  const groups = ruleGroups({
    side,
    senders: ["account-a"],
    linked: true,
    setAside: [
      { name: "a", stack: "o/p/a", state: "held", reason: "unreadable", words: "", inForce: true },
      // A sender has one peer only, and while that is suspended it does not mind a link that is behind.
      ...(side === "receives"
        ? [{ name: "b", stack: "o/p/b", state: "suspended" as const, words: "", inForce: false }]
        : []),
    ],
    scrapeInterval: "15s",
    leafDays: 30,
    overrides: {},
    delivers: true,
  });
  return new Map(
    groups.flatMap(({ rules }) =>
      rules.flatMap((rule): [AlertName, string][] => ("alert" in rule ? [[rule.alert, rule.labels.severity]] : [])),
    ),
  );
}
