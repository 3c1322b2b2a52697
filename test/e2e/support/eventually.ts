import { eventually as within } from "../../support/eventually.ts";

/** Three suites with a sandbox each share the machine, on two cores: what takes a minute alone takes two there. */
const patience = 2;

/** `eventually` of the other tests, with deadlines as on a machine with nothing else to do. */
export const eventually = <Found>(
  what: string,
  look: Parameters<typeof within<Found>>[1],
  deadlineMilliseconds = 15_000,
  intervalMilliseconds = 25,
): Promise<Found> => within(what, look, patience * deadlineMilliseconds, intervalMilliseconds);
