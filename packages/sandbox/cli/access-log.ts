/** A line of the receiver Envoy's access log, with the fields that tell who it was. */
export type AccessLogLine = Readonly<Record<string, unknown>>;

/** The JSON lines among the lines of a journal; others are Envoy's own words. */
export function accessLogLines(journal: string): AccessLogLine[] {
  return journal.split("\n").flatMap((line) => {
    if (!line.startsWith("{")) return [];
    try {
      return [JSON.parse(line) as AccessLogLine];
    } catch {
      return [];
    }
  });
}
