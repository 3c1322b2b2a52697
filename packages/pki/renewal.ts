import type { PkiOutput } from "@metrics-link/contract";

/**
 * The last third of a leaf's lifetime, in which any update renews it: ten days of thirty for an update to succeed.
 * cert-manager and step-ca renew at two thirds too.
 */
const window = 1 / 3;

/** Whether a certificate is in the time in which an update renews it, or past it. Times in milliseconds, UTC. */
export function isDue({ notBefore, notAfter }: { notBefore: string; notAfter: string }, now: number): boolean {
  const [start, end] = [Date.parse(notBefore), Date.parse(notAfter)];
  return now >= end - (end - start) * window;
}

/**
 * How often the leaf of a generation has been renewed, counted on when this update is to renew it: key and certificate
 * are named by generation and renewal, so another number makes both anew.
 *
 * @param inForce the leaf that the stack's last successful update left; undefined before the first
 * @param generation the one that the configuration wants
 */
export function renewalOf(inForce: PkiOutput["leaf"], generation: number, now: number): number {
  if (inForce === undefined || inForce.generation !== generation) return 0;
  return isDue(inForce, now) ? inForce.renewal + 1 : inForce.renewal;
}
