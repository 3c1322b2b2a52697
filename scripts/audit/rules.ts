/** A security group rule as text, the same from every source: "ingress tcp 443 203.0.113.10/32". */
export function ruleText(
  direction: "ingress" | "egress",
  protocol: string,
  fromPort: number | undefined,
  toPort: number | undefined,
  end: string,
): string {
  const all = protocol === "-1" || fromPort === undefined || fromPort === -1;
  const ports = all ? "all" : fromPort === toPort ? `${fromPort}` : `${fromPort}-${toPort}`;
  return `${direction} ${protocol === "-1" ? "any" : protocol} ${ports} ${end}`;
}
