import { LinkError } from "@metrics-link/contract";
import { accessLogLines } from "./access-log.ts";
import { neighbour } from "./guests.ts";
import type { Report } from "./report.ts";
import { runOnHost, type Sandbox } from "./sandbox.ts";
import type { SenderStatus } from "./sender-status.ts";
import { type Sender, senderNames } from "./stack-files.ts";
import { describeStatus, type Status, statusOf } from "./status.ts";

/** How long to wait for the first comparable samples. */
const deadlineSeconds = 60;
const leastSeconds = 10;

/**
 * Shows that the link works, as seen from outside: equal samples on both sides, who is connected with which
 * certificate, and that a stranger is refused.
 * @throws LinkError CHECK_FAILED with what was last seen
 */
export async function prove(sandbox: Sandbox, report: Report): Promise<void> {
  const status = await report.step("raw samples of both sides", () => settledStatus(sandbox));
  report.say(`\n${describeStatus(status)}`);
  for (const sender of sandbox.files.senders()) report.say(`connected ${await connectedPeer(sandbox, sender)}`);
  report.say(`refused   ${await refusedOutsider(sandbox, status)}`);
  if (Object.keys(status.guests).length > 0) report.say(`refused   ${await refusedNeighbour(sandbox, status)}`);
}

async function settledStatus(sandbox: Sandbox): Promise<Status> {
  const deadline = Date.now() + deadlineSeconds * 1000;
  for (;;) {
    const status = await statusOf(sandbox).catch((error: Error) => error);
    if (!(status instanceof Error)) {
      if ([status, ...Object.values(status.guests)].every(isEqual)) return status;
    }
    if (Date.now() > deadline) {
      const seen = status instanceof Error ? status.message : describeStatus(status);
      throw new LinkError("CHECK_FAILED", {
        what: `timed out after ${deadlineSeconds} s waiting for ${leastSeconds} s of equal samples on both sides; last seen:\n${seen}`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

const isEqual = ({ samples: { compared, seconds, missing, different, unexpected } }: SenderStatus) =>
  compared > 0 && seconds >= leastSeconds && missing + different + unexpected === 0;

/** The newest accepted write of a sender in the receiver Envoy's own log. */
async function connectedPeer(sandbox: Sandbox, sender: Sender): Promise<string> {
  const journal = await runOnHost(sandbox, "receiver", [
    ...["journalctl", "--unit", "metrics-link-envoy", "--output", "cat", "--lines", "200", "--no-pager"],
  ]);
  const line = accessLogLines(journal).findLast(
    ({ type, status, filter_chain: chain }) => type === "request" && status === 204 && chain === senderNames[sender],
  );
  if (line === undefined)
    throw new LinkError("CHECK_FAILED", { what: `the receiver's Envoy has logged no accepted write of ${sender}` });
  return (
    `${line.peer_san} from ${line.source} with ${line.tls_version}, certificate ${line.peer_serial} ` +
    `(SHA-256 ${line.peer_sha256}) of ${line.peer_issuer}, valid until ${line.peer_not_after}`
  );
}

/** Tries the endpoint from the internet. curl's exit code 28 is a timeout: not even TCP answered. */
async function refusedOutsider(sandbox: Sandbox, { link }: Status): Promise<string> {
  const seconds = 3;
  const command = ["curl", "--silent", "--insecure", "--max-time", `${seconds}`, `https://${link.endpoint}/`];
  const { code } = await sandbox.world.exec("outsider", command);
  const { hosts } = await sandbox.world.status();
  const who = `outsider (${hosts.find(({ name }) => name === "outsider")?.address})`;
  if (code === 28) return `${who}: no TCP connection to ${link.endpoint} within ${seconds} s`;
  throw new LinkError("CHECK_FAILED", {
    what: `${who} must not reach ${link.endpoint}, but curl exited with code ${code}, not with a timeout`,
  });
}

/** The same from behind the first sender's NAT gateway: TCP is admitted, and nothing is answered without a certificate. */
async function refusedNeighbour(sandbox: Sandbox, { link }: Status): Promise<string> {
  const told = ["--write-out", "%{num_connects} %{http_code}", "--output", "/dev/null"];
  const command = [
    "curl",
    "--silent",
    "--insecure",
    "--max-time",
    "5",
    ...told,
    `https://${link.endpoint}/api/v1/write`,
  ];
  const { code, stdout } = await sandbox.world.exec(neighbour, command);
  if (code !== 0 && code !== 28 && stdout === "1 000") {
    return `${neighbour}, at the address of sender: a TCP connection, and no answer without a certificate`;
  }
  throw new LinkError("CHECK_FAILED", {
    what: `${neighbour} must get a TCP connection and no answer of ${link.endpoint}, but curl exited with code ${code} and said ${stdout}`,
  });
}
