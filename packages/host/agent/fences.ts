import type { Release } from "@metrics-link/release";
import type { Effects } from "./effects.ts";

/** What the kernel holds a running unit to, as systemd says. */
export interface Fence {
  readonly unit: string;
  /** Addresses, as systemd writes them: networks with their length. */
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
  readonly bindsDenied: readonly string[];
  /**
   * Whether the program that looks at the unit's packets is loaded: it keeps the counters, and where the kernel or
   * systemd could not load it there are none. systemd itself only writes a line to its log.
   */
  readonly counted: boolean;
  /** True when the unit's file was changed and systemd still goes by the old one. */
  readonly stale: boolean;
  /** Bytes of memory at which the kernel ends the unit and nothing else; undefined without a ceiling. */
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

/** The fences of the services of a release that run now; of a oneshot nothing runs, and nothing could get out. */
export async function fencesOf(
  { run }: Pick<Effects, "run">,
  { services }: Pick<Release, "services">,
): Promise<Fence[]> {
  if (services.length === 0) return [];
  const argv = ["systemctl", "show", ...shown.map((name) => `--property=${name}`), ...services.map(({ unit }) => unit)];
  const { code, output } = await run(argv, { timeoutMs: 10_000 });
  if (code !== 0) throw new Error(`systemctl show ended with ${code}: ${output.trim()}`);
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

/** Whether a unit is held to a list at all, by programs that are loaded. */
export const isInForce = ({ denied, bindsDenied, counted, stale }: Fence): boolean =>
  denied.length > 0 && bindsDenied.length > 0 && counted && !stale;
