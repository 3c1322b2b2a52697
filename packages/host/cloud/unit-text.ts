/** A systemd unit as plain data: section → key → value, or several values of a key that may stand repeatedly. */
export type Unit = Readonly<Record<string, Readonly<Record<string, string | number | boolean | readonly string[]>>>>;

/** The text of a unit file (systemd.syntax). */
export function unitText(unit: Unit): string {
  const value = (found: string | number | boolean) =>
    typeof found === "boolean" ? (found ? "yes" : "no") : `${found}`;
  return Object.entries(unit)
    .map(([section, entries]) => {
      const lines = Object.entries(entries).flatMap(([key, found]) =>
        (Array.isArray(found) ? found : [found]).map((one) => `${key}=${value(one)}`),
      );
      return `[${section}]\n${lines.join("\n")}\n`;
    })
    .join("\n");
}

/**
 * An argument vector as systemd reads it back unchanged (systemd.service, "Command lines"): specifiers and variables
 * escaped, everything quoted that is not plainly harmless.
 */
export function commandLine(argv: readonly string[]): string {
  return argv
    .map((argument) => argument.replaceAll("%", "%%").replaceAll("$", "$$$$"))
    .map((argument) =>
      /^[A-Za-z0-9_./:=,@%$+-]+$/.test(argument) ? argument : `"${argument.replaceAll(/["\\]/g, "\\$&")}"`,
    )
    .join(" ");
}
