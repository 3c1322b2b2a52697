import { LinkError, parseJson } from "@metrics-link/contract";
import { hostPaths, type Release } from "@metrics-link/release";
import { z } from "zod";
import type { Effects } from "../effects.ts";

const labels = z.record(z.string(), z.string());

/** What the gate says of itself at `/labels`. */
const labelsPage = z.object({
  /** SHA-256 of the configuration in force. */
  configuration: z.string(),
  mode: z.string(),
  reserved: z.record(z.string(), z.array(z.string())),
  senders: z.record(z.string(), labels),
});

/** What each sender may write, by the running gate. */
export async function runningGate(effects: Pick<Effects, "ask">, { services }: Release) {
  if (!services.some(({ unit }) => unit === "metrics-link-gate.service"))
    throw new LinkError("EVIDENCE_UNAVAILABLE", { what: "the release in force has no gate" });
  const url = "http://127.0.0.1/labels";
  const { status, body } = await effects.ask({ url, socketPath: hostPaths.gateSocket, timeoutMs: 10_000 });
  if (status !== 200) throw new LinkError("REQUEST_FAILED", { what: `the gate's /labels answers ${status}, not 200` });
  return parseJson(labelsPage, body, "the gate's /labels");
}
