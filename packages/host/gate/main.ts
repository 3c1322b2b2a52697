import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { hasCode, messageOf, UsageError } from "@metrics-link/contract";
import { remoteWrite } from "@metrics-link/release";
import { writeDurably } from "../common/files.ts";
import { ConfigurationFile } from "./configuration-file.ts";
import { ErrorLog } from "./error-log.ts";
import { forwardTo } from "./forward.ts";
import { Tally } from "./metrics.ts";
import { RefusalLog } from "./refusal-log.ts";
import { listen, metricsPage, type Parts } from "./server.ts";
import { FairTime, Slots } from "./slots.ts";
import { WriteRequests } from "./write.ts";

const usage = `usage: gate --configuration FILE --socket PATH --prometheus URL --metrics DIRECTORY
Judges the remote write requests that come in at the socket, and passes them on to Prometheus. SIGHUP reads FILE again.`;

/** Of a call with wrong words, as of every command of the link. */
const wrongCall = 2;

/**
 * Bodies in memory: sixteen of 2 MiB, and one decoded message at a time. Of one sender half of that. A connection that waits has up to
 * 100 KB in its buffers.
 */
const slots = { most: 16, ofOneSender: 8, waiting: 512, waitMs: 4_000 } as const;
/**
 * Time for the answer of Prometheus: with the waits for a slot (4 s) and for a turn (2 s), and the time for the body (2 s), less than
 * Envoy's route has (20 s).
 */
const prometheusMs = 11_000;
const metricsEveryMs = 5_000;

async function main(argv: readonly string[]): Promise<void> {
  const { configuration, socket, prometheus, metrics } = callOf(argv);
  const startedAt = Date.now();
  const file = new ConfigurationFile(configuration, startedAt);
  const tally = new Tally();
  const time = new FairTime();
  const shared = new Slots(slots, time);
  const forward = forwardTo(`${prometheus}${remoteWrite.path}`, prometheusMs);
  const writes = new WriteRequests({
    configuration: file.current.configuration,
    forward,
    slots: shared,
    time,
    tally,
    log: new RefusalLog(),
  });
  const parts: Parts = { file, writes, tally, slots: shared, startedAt, errors: new ErrorLog() };
  process.on("SIGHUP", () => {
    file.reload(Date.now());
    writes.configure(file.current.configuration);
  });
  const server = await listen(parts, socket);
  const page = join(metrics, "gate.prom");
  // node_exporter reads it; a page that stops changing would be taken for a gate that is idle, so it goes with the gate.
  let written = Promise.resolve();
  const writePage = () => {
    written = written
      .then(() => writeDurably(page, metricsPage(parts), 0o644))
      .catch((error: Error) => console.error(error));
    return written;
  };
  const timer = setInterval(writePage, metricsEveryMs);
  process.once("SIGTERM", () => {
    clearInterval(timer);
    // Answers what it has, and takes no more. Envoy's next connection fails, and its sender tries again.
    server.close(() => {
      // A page that is being written would come back.
      void written.then(() => {
        rmSync(page, { force: true });
        process.exit(0);
      });
    });
    server.closeIdleConnections();
  });
  await writePage();
  console.log(`judging requests on ${socket}: mode ${file.current.configuration.mode}`);
}

function callOf(argv: readonly string[]) {
  const path = { type: "string" } as const;
  const { values } = parsed(argv, { configuration: path, socket: path, prometheus: path, metrics: path });
  const { configuration, socket, prometheus, metrics } = values;
  if (!configuration || !socket || !prometheus || !metrics) {
    throw new UsageError("--configuration, --socket, --prometheus and --metrics are needed");
  }
  if (!/^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(prometheus)) {
    throw new UsageError("--prometheus is an http URL on 127.0.0.1 with a port, and without a path");
  }
  return { configuration, socket, prometheus, metrics };
}

function parsed<Options extends Record<string, { readonly type: "string" }>>(
  argv: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...argv], options });
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`error: ${messageOf(error)}`);
  if (hasCode(error, "USAGE")) console.error(usage);
  process.exitCode = hasCode(error, "USAGE") ? wrongCall : 1;
}
