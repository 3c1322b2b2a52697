import { readFile } from "node:fs/promises";
import type { Effects } from "../effects.ts";
import { at } from "../run.ts";

/** The state LISTEN, as the kernel numbers it (include/net/tcp_states.h). */
const listen = "0A";

/** TCP sockets of this host that wait for connections, from the kernel's own tables (proc_net_tcp.txt). */
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

/** The local addresses of the sockets of a table that listen. */
function linesOf(table: string): string[] {
  return table
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state === listen)
    .map(([, local = ""]) => local);
}

/** The kernel prints an address as 32-bit words in the machine's order, which is little-endian on x86-64. */
function readable(hexadecimal: string): string {
  const bytes = (hexadecimal.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, "hex")].reverse());
  if (bytes.length === 4) return bytes.join(".");
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (/^0{20}ffff/.test(hex)) return bytes.slice(12).join(".");
  if (/^0{32}$/.test(hex)) return "::";
  return /^0{31}1$/.test(hex) ? "::1" : (hex.match(/.{4}/g) ?? []).join(":");
}
