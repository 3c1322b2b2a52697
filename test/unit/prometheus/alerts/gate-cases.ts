import { type Case, clock, counter, receiver } from "./case.ts";

const refused = (reason: string) => receiver("metrics_link_gate_refused_series_total", `sender="a",reason="${reason}"`);
const used = receiver("metrics_link_gate_limit_used_ratio", 'sender="a",limit="active_series"');
const page = receiver("node_textfile_mtime_seconds", 'file="/run/metrics-link-gate-metrics/gate.prom"');

/** The alerts about a receiver's gate. */
export const gateCases = {
  SenderPoses: [
    ...["label_missing", "label_foreign", "label_reserved", "exemplar_foreign"].map((reason) =>
      counter(refused(reason), "receives"),
    ),
    // A lie is the first event of its counter, and a limit is no lie.
    {
      side: "receives",
      fires: { [refused("label_foreign")]: "_x28 1+0x90" },
      silent: { [refused("label_foreign")]: "_x200", [refused("sample_rate")]: "0+1x120" },
      at: 30,
    },
  ],
  SenderNearLimit: [
    { side: "receives", fires: { [used]: "0.9+0x120" }, silent: { [used]: "0.7+0x120" }, at: 30 },
    // A minute near it is no trend.
    { side: "receives", fires: { [used]: "0.9+0x120" }, silent: { [used]: "_x28 0.9+0x90" }, at: 30 },
  ],
  GateRefusesConfiguration: {
    side: "receives",
    fires: { [receiver("metrics_link_gate_configuration_good")]: "0+0x120" },
    silent: { [receiver("metrics_link_gate_configuration_good")]: "1+0x120" },
    at: 30,
  },
  GateObserves: {
    side: "receives",
    fires: { [receiver("metrics_link_gate_enforcing")]: "0+0x120" },
    silent: { [receiver("metrics_link_gate_enforcing")]: "1+0x28 0+0x10 1+0x80" },
    at: 30,
  },
  GateSilent: [
    // It hangs.
    { side: "receives", fires: { [page]: "0+60x10 600+0x110" }, silent: { [page]: clock }, at: 30 },
    // It is gone, and its file with it.
    { side: "receives", fires: { [page]: "0+60x10 _x110" }, silent: { [page]: clock }, at: 30 },
  ],
} satisfies Readonly<Record<string, Case | readonly Case[]>>;
