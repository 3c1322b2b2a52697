/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html, Name; same for groups. */
export const MAX_NAME = 32;

/** What is wrong with the name of a load balancer or target group, or undefined. */
export function nameFault(name: string): string | undefined {
  if (name.length > MAX_NAME) return `"${name}" has ${name.length} characters; at most ${MAX_NAME} are allowed`;
  if (!/^[A-Za-z0-9-]+$/.test(name)) return `"${name}" may only have letters, digits and hyphens`;
  if (name.startsWith("-") || name.endsWith("-")) return `"${name}" must not begin or end with a hyphen`;
  return undefined;
}
