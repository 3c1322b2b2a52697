import { readFile } from "node:fs/promises";
import { hostPaths, type Release } from "@metrics-link/release";
import type { Effects } from "../effects.ts";
import { fencesOf } from "../fences.ts";
import { at } from "../run.ts";

/** Tries to reach EC2's metadata service and to bind a port, and says whether it could. */
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

/**
 * What each service is held to on the network, shown by trying: a program under the very lists of the unit, and one
 * under none, for comparison. That the lists are in force for the unit itself its counters show.
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
    if (code !== 0) throw new Error(`the attempt ended with ${code}: ${output.trim().slice(0, 200)}`);
    return JSON.parse(output) as { metadata: boolean; bind: boolean };
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
