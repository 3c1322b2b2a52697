/** A unit file as far as it is of the one form that the program renders: section → key → its values in their order. */
export type UnitFile = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/**
 * Reads a unit file strictly: `[Section]`, each once, and `Key=value` lines, each whole on its own line, as
 * packages/host/cloud/units.ts writes them. What systemd would read in another way (systemd.syntax: a line that goes on after
 * a backslash, blanks round `=`, comments, a section that is continued below, a byte order mark) is a fault and not read at
 * all: whoever reads less than systemd does not know what the unit says.
 */
export function readUnitFile(text: string): { readonly unit: UnitFile; readonly faults: readonly string[] } {
  const unit: Record<string, Record<string, string[]>> = {};
  const faults: string[] = [];
  if (!text.endsWith("\n")) faults.push("its last line has no end");
  let section: Record<string, string[]> | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const where = `line ${index + 1}`;
    const [, heading] = /^\[([A-Z][A-Za-z]*)\]$/.exec(line) ?? [];
    const [, key = "", value = ""] = /^([A-Z][A-Za-z0-9]*)=(.*)$/.exec(line) ?? [];
    if (heading !== undefined) {
      if (unit[heading] !== undefined) faults.push(`${where} begins [${heading}] again`);
      section = unit[heading] ??= {};
    } else if (key !== "" && section === undefined) faults.push(`${where} is in no section`);
    else if (key !== "" && section !== undefined && isPlain(value)) section[key] = [...(section[key] ?? []), value];
    else if (line !== "") faults.push(`${where} is not of the form Key=value: ${JSON.stringify(line)}`);
  }
  return { unit, faults };
}

/** Printable ASCII, without blanks at its ends and without a backslash there, which would take the next line along. */
const isPlain = (value: string): boolean =>
  /^[\x20-\x7e]*$/.test(value) && value === value.trim() && !value.endsWith("\\");
