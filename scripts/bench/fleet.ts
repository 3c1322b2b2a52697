import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { envoyFiles, renderReceiver } from "@metrics-link/envoy";

/**
 * What a fleet of each size costs a receiver's update before anything is published: rendering Envoy's files, encoding them, and the
 * check of bootstrap, listener file and static twin by the reader that the policies use. CPU time of this process.
 */
export function fleet(sizes: readonly number[]): void {
  const roots = rootsOf(Math.max(...sizes));
  // The first run compiles.
  measured(roots, 1);
  console.log("senders    CPU s   files      MB");
  for (const size of sizes) {
    const { seconds, files, bytes } = measured(roots, size);
    const cells = [seconds.toFixed(2), `${files}`, (bytes / 1e6).toFixed(2)].map((cell) => cell.padStart(8));
    console.log(`${`${size}`.padEnd(7)} ${cells.join("")}`);
  }
}

function measured(roots: readonly string[], size: number) {
  const senders = roots.slice(0, size).map((root, index) => ({
    name: `sender-${index}`,
    dnsName: `metrics-sender.sender-${index}.internal`,
    addresses: [`11.${index >> 16}.${(index >> 8) & 255}.${index & 255}`],
    root,
  }));
  const before = process.cpuUsage();
  const files = envoyFiles(renderReceiver({ nodeId: "receiver", senders }), {
    certificateChain: roots[0] ?? "",
    rootBundles: Object.fromEntries(senders.map(({ name, root }) => [name, root])),
  });
  const { user, system } = process.cpuUsage(before);
  return {
    seconds: (user + system) / 1e6,
    files: files.length,
    bytes: files.reduce((sum, { content }) => sum + content.length, 0),
  };
}

/** Self-signed roots, no two of them the same: a receiver refuses two senders with one root. */
function rootsOf(count: number): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "fleet-"));
  const [key, root] = [join(folder, "key.pem"), join(folder, "root.pem")];
  try {
    execFileSync("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key]);
    return Array.from({ length: count }, (_, index) => {
      const words = ["-days", "3650", "-subj", `/CN=root ${index}`, "-out", root];
      execFileSync("openssl", ["req", "-x509", "-key", key, ...words], { stdio: "ignore" });
      return readFileSync(root, "utf8");
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
