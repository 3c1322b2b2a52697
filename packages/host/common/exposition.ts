/** One series of a metric; absent without a value. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string | undefined>>;
  readonly value: number | undefined;
}

/** One metric in the text format of Prometheus (exposition format 0.0.4); empty without a series. */
export function metric(name: string, type: "gauge" | "counter", help: string, samples: readonly Sample[]): string {
  const lines = samples.flatMap(({ labels = {}, value }) => {
    if (value === undefined) return [];
    const pairs = Object.entries(labels).flatMap(([label, text]) =>
      text === undefined ? [] : `${label}=${quoted(text)}`,
    );
    return [`${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`];
  });
  return lines.length === 0 ? "" : [`# HELP ${name} ${help}\n`, `# TYPE ${name} ${type}\n`, ...lines].join("");
}

/** Label values escape the backslash, the quote and the line feed, and nothing else. */
const quoted = (text: string) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
