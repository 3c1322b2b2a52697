/** `@pulumi/tls` counts validity in hours; a year is a Gregorian one of 365.25 days. */
const hoursPerDay = 24;
const hoursPerYear = 8766;

export const yearsInHours = (years: number): number => years * hoursPerYear;
export const daysInHours = (days: number): number => days * hoursPerDay;
