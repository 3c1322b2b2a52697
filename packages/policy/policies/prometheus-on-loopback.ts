import { flagOf, releaseRule } from "../model/release.ts";

/** What would let somebody change or end Prometheus, or hand it samples past the link. */
const openers = ["--web.enable-admin-api", "--web.enable-lifecycle", "--web.enable-otlp-receiver", "--web.config.file"];

export const prometheusOnLoopback = releaseRule(
  {
    name: "prometheus-on-loopback",
    fence: "client identity",
    rule: "Prometheus and node_exporter listen on 127.0.0.1; only a receiver takes writes, and none is governed by HTTP.",
    reason: "Prometheus believes whoever reaches it: it has no fence of its own.",
    remedy: "Give each --web.listen-address=127.0.0.1:PORT, and leave the admin, lifecycle and OTLP flags out.",
    source: "docs/architecture.md, Three fences; docs/decisions/0111; Prometheus' documentation, Security model",
  },
  function* (release, { configuration }) {
    for (const { command, path, words } of release.units) {
      if (command !== "prometheus" && command !== "node_exporter") continue;
      const addresses = words.filter((word) => word.startsWith("--web.listen-address"));
      const address = flagOf(words, "--web.listen-address");
      if (addresses.length !== 1 || !address?.startsWith("127.0.0.1:")) {
        yield `${path}: --web.listen-address is ${addresses.join(" ") || "not set"} instead of one on 127.0.0.1`;
      }
      const open = openers.filter((flag) => words.some((word) => word === flag || word.startsWith(`${flag}=`)));
      if (open.length > 0) yield `${path}: ${open.join(", ")}`;
      if (
        configuration.role === "sender" &&
        words.some((word) => word.startsWith("--web.enable-remote-write-receiver"))
      ) {
        yield `${path}: a sender takes writes (--web.enable-remote-write-receiver)`;
      }
    }
  },
);
