import { z } from "zod";

/** A fleet, as a process of a benchmark gets it. */
export const fleetInput = z.object({
  senders: z.array(
    z.object({ name: z.string(), dnsName: z.string(), address: z.string(), root: z.string(), fingerprint: z.string() }),
  ),
  leaf: z.object({ key: z.string(), certificate: z.string() }),
});
