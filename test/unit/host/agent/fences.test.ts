import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Effects } from "@metrics-link/host/agent/effects.ts";
import { fencesInForce } from "@metrics-link/host/agent/evidence/running.ts";
import { fencesOf, isInForce } from "@metrics-link/host/agent/fences.ts";
import { metricsOf } from "@metrics-link/host/agent/textfile.ts";
import { describe, it } from "mocha";

const unit = (name: string, changes: Record<string, string> = {}) =>
  Object.entries({
    Type: "exec",
    NeedDaemonReload: "no",
    IPIngressBytes: "1745",
    IPAddressAllow: "::1/128 127.0.0.0/8 198.51.100.10/32",
    IPAddressDeny: "::/0 0.0.0.0/0",
    SocketBindDeny: "any",
    MemoryMax: "671088640",
    Id: `metrics-link-${name}.service`,
    ActiveState: "active",
    ...changes,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");

const release = { services: [{ unit: "metrics-link-envoy.service", onChange: [] }] };
const told = (...units: string[]) => ({ run: async () => ({ code: 0, output: units.join("\n") }) });

describe("agent: fences of units", () => {
  it("are in force when the kernel counts a unit's packets and has its lists", async () => {
    const [fence] = await fencesOf(told(unit("envoy")), release);
    assert.deepEqual(fence, {
      unit: "metrics-link-envoy.service",
      allowed: ["::1/128", "127.0.0.0/8", "198.51.100.10/32"],
      denied: ["::/0", "0.0.0.0/0"],
      bindsDenied: ["any"],
      counted: true,
      stale: false,
      memoryMax: 671_088_640,
    });
    assert.ok(fence && isInForce(fence));
  });

  for (const [what, changes] of [
    ["systemd could not load its programs", { IPIngressBytes: "[no data]" }],
    ["a drop-in emptied the list of addresses", { IPAddressDeny: "" }],
    ["a drop-in emptied the list of ports", { SocketBindDeny: "" }],
    ["systemd goes by an older file", { NeedDaemonReload: "yes" }],
  ] as const) {
    it(`are not in force when ${what}, and the metric shows it`, async () => {
      const fences = await fencesOf(told(unit("envoy", changes), unit("prometheus")), release);
      assert.deepEqual(fences.map(isInForce), [false, true]);
      const text = metricsOf({ held: [], driftedFiles: [], repeatedDrift: {} } as never, undefined, undefined, {
        fences,
      });
      assert.match(text, /^metrics_link_unit_fenced\{unit="metrics-link-envoy\.service"\} 0$/m);
      assert.match(text, /^metrics_link_unit_fenced\{unit="metrics-link-prometheus\.service"\} 1$/m);
      assert.match(text, /^metrics_link_unit_memory_max_bytes\{unit="metrics-link-envoy\.service"\} 671088640$/m);
    });
  }

  it("exist only for running units", async () => {
    const units = [
      unit("ports", { Type: "oneshot", IPIngressBytes: "[no data]" }),
      unit("envoy", { ActiveState: "failed" }),
    ];
    assert.deepEqual(await fencesOf(told(...units), release), []);
  });

  it("are tested with the lists of each unit, and with none", async () => {
    const root = mkdtempSync(join(tmpdir(), "fences-"));
    mkdirSync(join(root, "proc/sys/net/ipv4"), { recursive: true });
    writeFileSync(join(root, "proc/sys/net/ipv4/ip_unprivileged_port_start"), "9903\n");
    const commands: (readonly string[])[] = [];
    const run: Effects["run"] = async (argv) => {
      commands.push(argv);
      if (argv[0] === "systemctl") return { code: 0, output: unit("envoy") };
      const held = argv.includes("--property=IPAddressDeny=::/0 0.0.0.0/0");
      return { code: 0, output: JSON.stringify({ metadata: !held, bind: !held }) };
    };
    try {
      assert.deepEqual(await fencesInForce({ root, run }, release as never), {
        unprivilegedPortStart: 9903,
        unfenced: { metadata: true, bind: true },
        units: [{ unit: "metrics-link-envoy.service", counted: true, stale: false, metadata: false, bind: false }],
      });
      const [, , held] = commands;
      assert.ok(held?.includes("--property=IPAddressAllow=::1/128 127.0.0.0/8 198.51.100.10/32"), `${held}`);
      assert.ok(held?.includes("--property=SocketBindDeny=any"), `${held}`);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
