import type { EvidencePart } from "@metrics-link/audit";

/** Reads something; why it could not be read is part of the evidence and no end of the audit. */
export async function part<Value>(read: () => Promise<Value> | Value): Promise<EvidencePart<Value>> {
  try {
    return { value: await read() };
  } catch (error) {
    return { error: (error as Error).message.trim().split("\n").slice(-3).join(" ") };
  }
}
