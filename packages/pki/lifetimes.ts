/** Hours of a day and of a Gregorian year, in which `@pulumi/tls` counts validity. */
const hoursPerDay = 24;
const hoursPerYear = 8766;

export const yearsInHours = (years: number): number => years * hoursPerYear;
export const daysInHours = (days: number): number => days * hoursPerDay;

/**
 * How long before its end a leaf is renewed: a third of its lifetime, which leaves ten days of a thirty-day leaf for
 * an update to succeed. cert-manager and step-ca renew at two thirds too.
 */
export const renewalWindowHours = (validityHours: number): number => Math.floor(validityHours / 3);
