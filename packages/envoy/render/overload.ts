import { type Extension, extension } from "./typed.ts";

interface Trigger {
  readonly name: string;
  readonly threshold?: { readonly value: number };
  readonly scaled?: { readonly scaling_threshold: number; readonly saturation_threshold: number };
}

/** envoy.config.overload.v3.OverloadManager */
export interface OverloadManager {
  readonly refresh_interval: "0.05s";
  readonly buffer_factory_config: { readonly minimum_account_to_track_power_of_two: number };
  readonly resource_monitors: readonly Extension[];
  readonly actions: readonly { readonly name: string; readonly triggers: readonly Trigger[] }[];
}

const heapMonitor = "envoy.resource_monitors.fixed_heap";

const atHeap = (value: number): Trigger => ({ name: heapMonitor, threshold: { value } });

/**
 * Sheds load before the kernel would end the process: first the streams that hold the most memory, then new requests
 * (503, retried) and new connections. Streams count from 128 KiB on (2^17), which no ordinary batch reaches. Memory is
 * looked at 20 times a second: at four times, one client on loopback outran it to 179 % of a heap of 128 MiB.
 *
 * @param heapBytes what the process may hold
 * @param connections from the outside at once; listeners that only this machine uses are exempt
 */
export function overloadManager(heapBytes: number, connections: number): OverloadManager {
  return {
    refresh_interval: "0.05s",
    buffer_factory_config: { minimum_account_to_track_power_of_two: 17 },
    resource_monitors: [
      extension(heapMonitor, "resource_monitors.fixed_heap.v3.FixedHeapConfig", { max_heap_size_bytes: heapBytes }),
      extension(
        "envoy.resource_monitors.global_downstream_max_connections",
        "resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
        { max_active_downstream_connections: connections },
      ),
    ],
    actions: [
      {
        name: "envoy.overload_actions.reset_high_memory_stream",
        triggers: [{ name: heapMonitor, scaled: { scaling_threshold: 0.7, saturation_threshold: 0.9 } }],
      },
      { name: "envoy.overload_actions.shrink_heap", triggers: [atHeap(0.9)] },
      { name: "envoy.overload_actions.stop_accepting_connections", triggers: [atHeap(0.95)] },
      { name: "envoy.overload_actions.stop_accepting_requests", triggers: [atHeap(0.98)] },
    ],
  };
}
