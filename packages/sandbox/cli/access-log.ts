/** A line of the receiver Envoy's access log, with the fields that identify the caller. */
export type AccessLogLine = Readonly<Record<string, unknown>>;

/** The JSON lines among the lines of a journal; the rest are Envoy's own messages. */
export function accessLogLines(journal: string): AccessLogLine[] {
  return journal.split("\n").flatMap((line) => {
    if (!line.startsWith("{")) return [];
    try {
      const parsed: unknown = JSON.parse(line);
      return isObject(parsed) ? [parsed] : [];
    } catch {
      return [];
    }
  });
}

const isObject = (value: unknown): value is AccessLogLine => typeof value === "object" && value !== null;
