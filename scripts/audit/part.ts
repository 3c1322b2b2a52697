import type { EvidencePart } from "@metrics-link/audit";

/** Reads a part of the evidence. A failure becomes evidence and does not end the audit. */
export async function part<Value>(read: () => Promise<Value> | Value): Promise<EvidencePart<Value>> {
  try {
    return { value: await read() };
  } catch (error) {
    return { error: (error as Error).message.trim().split("\n").slice(-3).join(" ") };
  }
}
