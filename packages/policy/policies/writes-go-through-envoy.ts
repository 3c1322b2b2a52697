import { ports, remoteWrite } from "@metrics-link/release";
import { releaseRule } from "../model/release.ts";

const url = `http://127.0.0.1:${ports.remoteWriteEgress}${remoteWrite.path}`;

export const writesGoThroughEnvoy = releaseRule(
  {
    name: "writes-go-through-envoy",
    fence: "server identity",
    rule: "A sender's Prometheus writes to the Envoy on its own machine and nowhere else; a receiver's writes to nobody.",
    reason: "A second destination, or one past Envoy, is samples for somebody whose identity nobody checks.",
    remedy: `Let remote_write hold at most one entry, ${url}, and remote_read none.`,
    source: "docs/architecture.md, The way of a sample",
  },
  function* (release, { configuration }) {
    // Prometheus may read another destination there than this policy does.
    yield* release.ambiguous;
    for (const prometheus of release.prometheuses) {
      if (prometheus === undefined)
        yield "a unit runs Prometheus with a configuration that is not a file of this release";
      const writes = prometheus?.remote_write ?? [];
      if (configuration.role === "receiver" && writes.length > 0) yield "a receiver has remote_write";
      if (writes.length > 1) yield `${writes.length} entries of remote_write`;
      for (const write of writes.filter((one) => one.url !== url)) yield `remote_write goes to ${write.url}`;
      if ((prometheus?.remote_read ?? []).length > 0) yield "remote_read is set";
    }
  },
);
