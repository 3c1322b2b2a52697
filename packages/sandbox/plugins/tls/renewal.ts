/** When a certificate is to be replaced before it ends. */
const HOUR_MS = 3_600_000;

/**
 * True from `earlyRenewalHours` before the end on, and for a certificate that is never older than that. Such a
 * certificate is replaced by every update.
 */
export function readyForRenewal(
  inputs: { readonly validityPeriodHours: number; readonly earlyRenewalHours: number },
  end: Date,
  now: Date = new Date(),
): boolean {
  if (inputs.earlyRenewalHours >= inputs.validityPeriodHours) return true;
  return now.getTime() >= end.getTime() - inputs.earlyRenewalHours * HOUR_MS;
}
