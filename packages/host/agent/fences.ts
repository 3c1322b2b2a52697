import type { Release } from "@metrics-link/release";
import { commandFailed, type Effects } from "./effects.ts";

/** The kernel's limits on a running unit's network and memory, as systemd reports them. */
export interface Fence {
  readonly unit: string;
  /** Networks in CIDR notation, as systemd writes them. */
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
  readonly bindsDenied: readonly string[];
  /**
   * Whether the BPF program that filters the unit's packets is loaded: it keeps the counters, so there are none when the
   * kernel or systemd could not load it. systemd itself only logs a line.
   */
  readonly counted: boolean;
  /** True when the unit's file has changed and systemd still uses the old one. */
  readonly stale: boolean;
  /** MemoryMax in bytes, at which the OOM killer ends the unit and nothing else; undefined without one. */
  readonly memoryMax: number | undefined;
}

const shown = [
  "Id",
  "Type",
  "ActiveState",
  "NeedDaemonReload",
  "IPIngressBytes",
  "IPAddressAllow",
  "IPAddressDeny",
  "SocketBindDeny",
  "MemoryMax",
] as const;

/** The fences of a release's running services; a oneshot has no process left that could send anything. */
export async function fencesOf(
  { run }: Pick<Effects, "run">,
  { services }: Pick<Release, "services">,
): Promise<Fence[]> {
  if (services.length === 0) return [];
  const argv = ["systemctl", "show", ...shown.map((name) => `--property=${name}`), ...services.map(({ unit }) => unit)];
  const { code, output } = await run(argv, { timeoutMs: 10_000 });
  if (code !== 0) throw commandFailed("systemctl show failed", { code, output });
  return output
    .trim()
    .split(/\n\n+/)
    .map(
      (block) =>
        new Map(block.split("\n").map((line) => [line.split("=")[0], line.slice(line.indexOf("=") + 1)] as const)),
    )
    .filter((unit) => unit.get("ActiveState") === "active" && unit.get("Type") !== "oneshot")
    .map((unit) => {
      const list = (name: (typeof shown)[number]) => (unit.get(name) ?? "").split(" ").filter(Boolean);
      return {
        unit: unit.get("Id") ?? "",
        allowed: list("IPAddressAllow"),
        denied: list("IPAddressDeny"),
        bindsDenied: list("SocketBindDeny"),
        counted: /^\d+$/.test(unit.get("IPIngressBytes") ?? ""),
        stale: unit.get("NeedDaemonReload") === "yes",
        memoryMax: /^\d+$/.test(unit.get("MemoryMax") ?? "") ? Number(unit.get("MemoryMax")) : undefined,
      };
    });
}

/** Whether loaded BPF programs restrict the unit's addresses and ports. */
export const isInForce = ({ denied, bindsDenied, counted, stale }: Fence): boolean =>
  denied.length > 0 && bindsDenied.length > 0 && counted && !stale;
