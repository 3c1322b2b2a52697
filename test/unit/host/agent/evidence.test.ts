import assert from "node:assert/strict";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { runningGate } from "@metrics-link/host/agent/evidence/gate.ts";
import { evidence } from "@metrics-link/host/agent/evidence/index.ts";
import { writeReport } from "@metrics-link/host/agent/status-report.ts";
import { type EvidencePart, parseRelease, sha256 } from "@metrics-link/release";
import { bootstrapWith, convergedHost, type FakeHost } from "./fake-host.ts";

const current = "/opt/metrics-link/current";
const pid = 77;
/** As the kernel prints it: 127.0.0.1:9090 and 0.0.0.0:8443 wait for connections, one connection is open. */
const sockets = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2382 00000000:0000 0A 00000000:00000000 00:00000000 00000000   902        0 1 1 0 100 0 0 10 0
   1: 00000000:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000   901        0 2 1 0 100 0 0 10 0
   2: 0200000A:20FB 0A7100CB:C350 01 00000000:00000000 00:00000000 00000000   901        0 3 1 0 100 0 0 10 0
`;
const sockets6 = `  sl  local_address                         remote_address                        st
   0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A
`;
const lines = [
  '{"type":"request","start":"2026-11-22T07:59:00Z","filter_chain":"a","peer_sha256":"ab","peer_serial":"1","tls_failure":null,"status":204}',
  "[info] Envoy's own words",
  '{"type":"request","start":"2026-11-22T07:58:00Z","filter_chain":"a","peer_sha256":"ab","peer_serial":"1","tls_failure":null,"status":204}',
].join("\n");
const refused =
  '{"type":"connection","start":"2026-11-20T00:00:00Z","source":"192.0.2.1:1","tls_failure":"no certificate"}';

/** What journalctl prints for these words. */
const journal = (words: readonly string[]): string => {
  if (words.includes('--grep="type":"request"')) return lines;
  if (words.includes("--lines=+1")) return "1763366400.000000 host kernel: the first line";
  return words.some((word) => word.startsWith('--grep="(tls_failure')) ? refused : "";
};

describe("agent: evidence for an audit", () => {
  let host: FakeHost;
  let first: string;
  beforeEach(async () => {
    ({ host, first } = await convergedHost());
    await writeReport(host.root, await host.converge(first));
    const make = (path: string, content: string) => {
      mkdirSync(join(host.path(path), ".."), { recursive: true });
      writeFileSync(host.path(path), content);
    };
    make("/proc/net/tcp", sockets);
    make("/proc/net/tcp6", sockets6);
    mkdirSync(host.path(`/proc/${pid}`), { recursive: true });
    symlinkSync(host.path(`/opt/metrics-link/tools/envoy/${sha256("envoy one")}/envoy`), host.path(`/proc/${pid}/exe`));
    host.onCommand = ([command, , ...words]) => {
      if (command === "systemctl") {
        const shown = [
          `MainPID=${pid}`,
          "ActiveState=active",
          "DropInPaths=",
          "FragmentPath=/x",
          "ActiveEnterTimestamp=Sun",
        ];
        return { code: 0, output: `${shown.join("\n")}\n` };
      }
      if (command !== "journalctl") return undefined;
      return { code: 0, output: journal(words) };
    };
    host.onAsk = (url) => ({ status: url.endsWith("/config_dump") ? 200 : 403, body: '{"configs":[]}' });
  });
  afterEach(() => host.remove());

  const read = () => evidence({ ...host.effects, root: host.root }, "sender");

  it("contains the release, its files, the programs, the sockets and the handshakes", async () => {
    const found = await read();
    assert.deepEqual(found.release, { value: { inForce: first, documentSha256: first } });
    const { found: files, foreign } = known(found.files);
    assert.match(files["envoy/bootstrap.json"] ?? "", new RegExp(`^${sha256(bootstrapWith({}))} 0644 root:`));
    // Of a secret neither the content nor its hash is told.
    assert.match(files["tls/private-key.pem"] ?? "", /^0400 \w+:\w+$/);
    assert.deepEqual(foreign, []);
    const [envoy] = known(found.units);
    assert.equal(envoy?.sha256, sha256("envoy one"));
    const tool = known(found.tools).find(({ name }) => name === "envoy");
    assert.deepEqual(Object.values(tool?.sealed ?? {}), [sha256("envoy one")]);
    assert.deepEqual(known(found.listening), [
      { address: "::1", port: 8080 },
      { address: "0.0.0.0", port: 8443 },
      { address: "127.0.0.1", port: 9090 },
    ]);
    const { accepted, refused: strangers } = known(found.handshakes);
    assert.deepEqual(
      accepted.map(({ start }) => start),
      ["2026-11-22T07:59:00Z"],
    );
    assert.deepEqual(
      strangers.map(({ tls_failure }) => tls_failure),
      ["no certificate"],
    );
    assert.equal(known(found.agent).outcome, "converged");
  });

  it("says what each sender may write, if the release has a gate", async () => {
    const page = {
      configuration: "ab",
      mode: "enforce",
      reserved: { link_side: ["sends"] },
      senders: { a: { account: "1" } },
    };
    const ask: FakeHost["effects"]["ask"] = async ({ url, socketPath }) => {
      assert.deepEqual([url, socketPath], ["http://127.0.0.1/labels", "/run/metrics-link-gate/gate.sock"]);
      return { status: 200, body: JSON.stringify(page) };
    };
    const { value } = (await read()).release as { value: { inForce: string } };
    assert.equal(value.inForce, first);
    const release = parseRelease(JSON.parse(readFileSync(host.path(`${current}/release.json`), "utf8")));
    assert.match(errorOf((await read()).gate), /the release in force has no gate/);
    const services = [...release.services, { unit: "metrics-link-gate.service" as const, onChange: [] }];
    assert.deepEqual(await runningGate({ ask }, { ...release, services }), page);
    const down = async () => ({ status: 503, body: "" });
    await assert.rejects(runningGate({ ask: down }, { ...release, services }), /answers 503/);
  });

  it("shows manual changes", async () => {
    const at = (path: string) => host.path(`${current}/${path}`);
    writeFileSync(at("envoy/bootstrap.json"), "admin: { address: everywhere }\n");
    chmodSync(at("tls/private-key.pem"), 0o444);
    rmSync(at("systemd/metrics-link-envoy.service"));
    writeFileSync(at("tls/another.pem"), "");
    const { found, foreign } = known((await read()).files);
    assert.match(found["envoy/bootstrap.json"] ?? "", new RegExp(`^${sha256("admin: { address: everywhere }\n")}`));
    assert.match(found["tls/private-key.pem"] ?? "", /^0444/);
    assert.equal(found["systemd/metrics-link-envoy.service"], "missing");
    assert.deepEqual(foreign, ["tls/another.pem"]);
  });

  it("says why a part cannot be read, and contains the others", async () => {
    host.onAsk = () => ({ status: 403, body: "request to path /config_dump not allowed" });
    rmSync(host.path("/proc/net/tcp"));
    const found = await read();
    assert.match(errorOf(found.envoy), /^Envoy answers 403 to \/config_dump/);
    assert.match(errorOf(found.listening), /ENOENT/);
    assert.equal(known(found.units).length, 2);
    rmSync(host.path(current));
    const without = await read();
    assert.match(errorOf(without.release), /ENOENT/);
    assert.match(errorOf(without.files), /the release in force could not be read/);
  });

  it("changes nothing and runs nothing that does", async () => {
    const before = stateOf(host.root);
    host.commands.length = 0;
    await read();
    assert.deepEqual(stateOf(host.root), before);
    const verbs = host.commands.map(([command, verb]) => (command === "systemctl" ? `${command} ${verb}` : command));
    assert.deepEqual([...new Set(verbs)].sort(), ["journalctl", "systemctl show", "systemd-run"]);
    assert.deepEqual(host.secretRequests, []);
  });
});

/** Every path below a folder with what changes when it is written, and its content. */
function stateOf(root: string): string[] {
  return (readdirSync(root, { recursive: true }) as string[]).sort().map((path) => {
    const { mtimeMs, ctimeMs, mode } = lstatSync(join(root, path));
    const text = lstatSync(join(root, path)).isFile() ? sha256(readFileSync(join(root, path))) : "";
    return [path, mtimeMs, ctimeMs, mode, text].join(" ");
  });
}

function known<Value>(part: EvidencePart<Value>): Value {
  if ("error" in part) throw new Error(part.error);
  return part.value;
}

const errorOf = (part: EvidencePart<unknown>): string => ("error" in part ? part.error : "there is no error");
