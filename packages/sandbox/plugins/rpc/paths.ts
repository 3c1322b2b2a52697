/** Property paths, as Pulumi writes them in detailed diffs: `ingress[0].cidrBlocks`, `tags["a.b"]`. */

export type Path = readonly (string | number)[];

export function pathText(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      if (!/^[A-Za-z_$][\w$-]*$/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}

/** ` (did you mean "x"?)` if a known name differs from `name` in case, separators or one letter; else nothing. */
export function suggest(name: string, known: readonly string[]): string {
  const near = known.find((other) => squash(other) === squash(name) || within1(other, name));
  return near === undefined ? "" : ` (did you mean "${near}"?)`;
}

function squash(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, "");
}

function within1(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const restA = a.slice(start);
  const restB = b.slice(start);
  return restA.slice(1) === restB || restA === restB.slice(1) || restA.slice(1) === restB.slice(1);
}
