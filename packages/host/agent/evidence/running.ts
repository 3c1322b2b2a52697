import { readFile, readlink } from "node:fs/promises";
import { parseJson } from "@metrics-link/contract";
import { hostPaths, type Release } from "@metrics-link/release";
import { z } from "zod";
import { commandFailed, type Effects } from "../effects.ts";
import { fencesOf } from "../fences.ts";
import { sha256OfFile } from "../files.ts";
import { stateDirectory } from "../memory.ts";
import { at } from "../run.ts";

const properties = ["Type", "ActiveState", "ActiveEnterTimestamp", "FragmentPath", "DropInPaths", "MainPID"] as const;

/** The services of the release as systemd reports them, and the programs that actually run. */
export async function runningUnits(effects: Pick<Effects, "root" | "run">, { services }: Release) {
  return await Promise.all(
    services.map(async ({ unit }) => {
      const shown = properties.map((name) => `--property=${name}`);
      const { code, output } = await effects.run(["systemctl", "show", unit, ...shown], { timeoutMs: 10_000 });
      if (code !== 0) throw commandFailed(`systemctl show ${unit} failed`, { code, output });
      const value = (name: (typeof properties)[number]) =>
        output
          .split("\n")
          .find((line) => line.startsWith(`${name}=`))
          ?.slice(name.length + 1) ?? "";
      const pid = value("MainPID");
      const link = at(effects, "/proc", pid, "exe");
      const executable = pid === "0" ? null : await readlink(link).catch(() => null);
      return {
        unit,
        type: value("Type"),
        active: value("ActiveState"),
        since: value("ActiveEnterTimestamp"),
        fragment: value("FragmentPath"),
        dropIns: value("DropInPaths")
          .split(" ")
          .filter((path) => path !== ""),
        executable,
        // Through /proc, which works even if the file was renamed or deleted since.
        sha256: executable === null ? null : await sha256OfFile(link),
      };
    }),
  );
}

/** The parts of `status.json` that an audit asks for. */
const statusFile = z.object({
  outcome: z.string(),
  release: z.string().optional(),
  startedAt: z.string(),
  releaseSince: z.string().optional(),
  agent: z.string(),
  driftedFiles: z.array(z.string()),
  held: z.array(z.object({ unit: z.string(), reason: z.string() })),
  rollbacks: z.number(),
});

/** The agent's status report of its last run. */
export async function lastReport(effects: Pick<Effects, "root">) {
  const file = at(effects, stateDirectory, "status.json");
  const report = parseJson(statusFile, await readFile(file, "utf8"), file);
  const { outcome, release, startedAt, releaseSince, agent, driftedFiles, held, rollbacks } = report;
  return {
    outcome,
    release: release ?? null,
    startedAt,
    releaseSince: releaseSince ?? null,
    agentSha256: agent,
    driftedFiles,
    held: held.map(({ unit, reason }) => `${unit}: ${reason}`),
    rollbacks,
  };
}

/** The state LISTEN, as the kernel numbers it (include/net/tcp_states.h). */
const listen = "0A";

/** This host's listening TCP sockets, from the kernel's tables (proc_net_tcp.txt). */
export async function listeningSockets(effects: Pick<Effects, "root">) {
  const tables = await Promise.all(
    ["tcp", "tcp6"].map(async (name) => linesOf(await readFile(at(effects, "/proc/net", name), "utf8"))),
  );
  const found = tables.flat().map((local) => {
    const [address = "", port = ""] = local.split(":");
    return { address: readable(address), port: Number.parseInt(port, 16) };
  });
  const keys = found.map(({ address, port }) => `${address} ${port}`);
  return found.filter((_, index) => keys.indexOf(keys[index] ?? "") === index).sort((a, b) => a.port - b.port);
}

/** The local addresses of a table's listening sockets. */
function linesOf(table: string): string[] {
  return table
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state === listen)
    .map(([, local = ""]) => local);
}

/** The kernel prints an address as 32-bit words in host byte order, which is little-endian on x86-64. */
function readable(hexadecimal: string): string {
  const bytes = (hexadecimal.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, "hex")].reverse());
  if (bytes.length === 4) return bytes.join(".");
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (/^0{20}ffff/.test(hex)) return bytes.slice(12).join(".");
  if (/^0{32}$/.test(hex)) return "::";
  return /^0{31}1$/.test(hex) ? "::1" : (hex.match(/.{4}/g) ?? []).join(":");
}

/** Tries to reach EC2's metadata service and to bind a port, and prints whether it could. */
const attempts = `
const net = require("node:net");
const end = (socket, give) => (reached) => { socket.destroy?.(); socket.close?.(); give(reached); };
const metadata = new Promise((give) => {
  const socket = net.connect({ host: "169.254.169.254", port: 80, timeout: 1000 });
  const done = end(socket, give);
  socket.on("connect", () => done(true)).on("timeout", () => done(false)).on("error", () => done(false));
});
const bind = new Promise((give) => {
  const server = net.createServer().on("error", () => give(false));
  server.listen(0, "127.0.0.1", () => end(server, give)(true));
});
Promise.all([metadata, bind]).then(([metadata, bind]) => console.log(JSON.stringify({ metadata, bind })));
`;

const attemptsOutput = z.object({ metadata: z.boolean(), bind: z.boolean() });

/**
 * Tests each service's fence: runs a program with the unit's own lists, and one without any, for comparison. The unit's
 * counters show that the lists are in force for the unit itself.
 */
export async function fencesInForce(effects: Pick<Effects, "root" | "run">, release: Release) {
  const fences = await fencesOf(effects, release);
  const tried = async (properties: readonly string[]) => {
    const argv = [
      ...["systemd-run", "--quiet", "--pipe", "--wait", "--collect", "--uid=nobody"],
      ...properties.map((property) => `--property=${property}`),
      ...[`${hostPaths.current}/bin/node`, "--jitless", "--eval", attempts],
    ];
    const { code, output } = await effects.run(argv, { timeoutMs: 20_000 });
    if (code !== 0) throw commandFailed("the attempt failed", { code, output: output.trim().slice(0, 200) });
    return parseJson(attemptsOutput, output, "the output of the attempt");
  };
  const [unfenced, ...found] = await Promise.all([
    tried([]),
    ...fences.map(({ allowed, denied, bindsDenied }) =>
      tried([
        `IPAddressAllow=${allowed.join(" ")}`,
        `IPAddressDeny=${denied.join(" ")}`,
        ...bindsDenied.map((rule) => `SocketBindDeny=${rule}`),
      ]),
    ),
  ]);
  const start = await readFile(at(effects, "/proc/sys/net/ipv4/ip_unprivileged_port_start"), "utf8");
  return {
    unprivilegedPortStart: Number(start),
    unfenced: unfenced ?? { metadata: false, bind: false },
    units: fences.map(({ unit, counted, stale }, index) => ({
      unit,
      counted,
      stale,
      ...(found[index] ?? { metadata: true, bind: true }),
    })),
  };
}
