/** Hours of a day and of a Gregorian year, in which `@pulumi/tls` counts validity. */
const hoursPerDay = 24;
const hoursPerYear = 8766;

export const yearsInHours = (years: number): number => years * hoursPerYear;
export const daysInHours = (days: number): number => days * hoursPerDay;
