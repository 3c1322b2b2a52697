/** What a command prints by `console`, and the code that it ends with. */
export async function printed(run: () => Promise<number>) {
  const { log, error } = console;
  const lines: Record<"out" | "err", string[]> = { out: [], err: [] };
  console.log = (text: string) => lines.out.push(text);
  console.error = (text: string) => lines.err.push(text);
  try {
    return { code: await run(), out: lines.out.join("\n"), err: lines.err.join("\n") };
  } finally {
    Object.assign(console, { log, error });
  }
}
