/**
 * What a policy says, in the one form in which it says it. A violation's message is all that Pulumi's engine passes on to
 * whoever reads its events, so what is not a plain violation begins with a word that nothing else begins with.
 */
const undecidableMarker = "not yet decidable: ";
const deviationMarker = "deviation until ";

/** The message of a policy that met a value which only the update will know (docs/decisions/0400). */
export const undecidable = (message: string): string => `${undecidableMarker}${message}`;

/**
 * Whether a violation's message says that nothing was decided. Pulumi's own words are known too: it writes them when an
 * unknown value escapes a policy (`@pulumi/policy` 1.21, server.js).
 */
export const isUndecidable = (message: string): boolean =>
  message.includes(undecidableMarker) ||
  /can't run policy '[^']+' from policy pack '[^']+' during preview/.test(message);

/** The message of a violation that a written deviation allows for the time being. */
export const underDeviation = (until: string, reason: string, message: string): string =>
  `${deviationMarker}${until} (${reason}): ${message}`;

/** Whether a violation's message says that a deviation covers it. */
export const isUnderDeviation = (message: string): boolean =>
  new RegExp(`(^|\\n)${deviationMarker}\\d{4}-\\d{2}-\\d{2} \\(`).test(message);
