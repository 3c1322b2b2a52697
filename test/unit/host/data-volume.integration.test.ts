import assert from "node:assert/strict";
import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, it } from "mocha";
import { eventually } from "../../support/eventually.ts";

const script = fileURLToPath(new URL("../../../packages/host/cloud/scripts/data-volume.sh", import.meta.url));
const mebibyte = 2 ** 20;
/** Above the 64 MiB that the script looks through at the beginning. */
const sizeMiB = 80;

/** The script on real block devices: files behind loop devices, sparse. */
describe("the data volume", function () {
  this.timeout(30_000);
  let folder: string;
  let disk: string;
  let device: string;
  let link: string;
  /** As udev has it: named by the volume's id. */
  let data: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "data-volume-"));
    for (const name of ["mount", "by-id"]) mkdirSync(join(folder, name));
    data = linked("vol0123456789abcdef0");
    disk = join(folder, "disk");
    link = join(folder, "link");
    command("truncate", `--size=${sizeMiB}M`, disk);
    device = command("losetup", "--find", "--show", disk);
    symlinkSync(device, data);
  });

  afterEach(() => {
    command("losetup", "--detach", device);
    rmSync(folder, { recursive: true });
  });

  const linked = (name: string) => join(folder, "by-id", `nvme-Amazon_Elastic_Block_Store_${name}`);
  const arguments_ = () => [script, join(folder, "by-id"), join(folder, "mount"), link];
  const makeReady = (): SpawnSyncReturns<string> => spawnSync("bash", arguments_(), { encoding: "utf8" });
  const write = (bytes: Buffer, offset: number) => {
    const argv = [`of=${device}`, "bs=1", `seek=${offset}`, "conv=notrunc,fsync"];
    assert.equal(spawnSync("dd", argv, { input: bytes }).status, 0);
  };
  const content = () => command("sha256sum", disk).split(" ")[0];
  const header = (name: string) =>
    new RegExp(`^${name}:\\s+(.*)$`, "m").exec(command("dumpe2fs", "-h", device))?.[1] ?? "";
  const size = () => Number(header("Block count")) * Number(header("Block size"));

  /** Done, and the mount finds the device by the link. */
  function ready(): void {
    const { status, stdout, stderr } = makeReady();
    assert.equal(status, 0, stdout + stderr);
    assert.equal(readlinkSync(link), data);
  }

  function refused(reason: RegExp): void {
    const before = content();
    const { status, stderr } = makeReady();
    assert.equal(status, 1, stderr);
    assert.match(stderr, reason);
    assert.equal(content(), before, "not a byte was changed");
  }

  it("gets a file system when it is blank, once", () => {
    ready();
    assert.equal(header("Filesystem volume name"), "metrics-link");
    const made = header("Filesystem UUID");
    command("debugfs", "-w", "-R", `write ${script} kept`, device);
    ready();
    assert.equal(header("Filesystem UUID"), made);
    assert.match(command("debugfs", "-R", "cat kept", device), /^#!\/bin\/bash/);
  });

  it("keeps its data when it is enlarged, and its file system grows", () => {
    ready();
    const made = header("Filesystem UUID");
    assert.equal(size(), sizeMiB * mebibyte);
    truncateSync(disk, 2 * sizeMiB * mebibyte);
    command("losetup", "--set-capacity", device);
    ready();
    assert.deepEqual([size(), header("Filesystem UUID")], [2 * sizeMiB * mebibyte, made]);
  });

  it("may appear late", async () => {
    rmSync(data);
    const waiting = spawn("bash", arguments_(), { stdio: "ignore" });
    const ended = once(waiting, "exit");
    try {
      // It looks again and again, so it is past its start.
      await eventually("the script to wait", () => (childrenOf(waiting.pid) === "sleep" ? true : undefined));
      assert.equal(existsSync(link), false);
      symlinkSync(device, data);
      assert.deepEqual(await ended, [0, null]);
      assert.equal(header("Filesystem volume name"), "metrics-link");
    } finally {
      waiting.kill();
    }
  });

  it("is not the root disk, which has partitions, nor one of these", () => {
    for (const name of ["vol0fedcba9876543210", "vol0fedcba9876543210-part1", "vol0fedcba9876543210-part15"]) {
      symlinkSync(device, linked(name));
    }
    // systemd 252 and later link a disk with its namespace as well.
    for (const name of ["vol0fedcba9876543210_1", "vol0123456789abcdef0_1"]) symlinkSync(device, linked(name));
    ready();
  });

  it("is not guessed when several volumes are attached, and is taken once one is left", () => {
    const other = linked("vol0fedcba9876543210");
    symlinkSync(device, other);
    refused(
      /vol0123456789abcdef0 .*vol0fedcba9876543210 could each be the data volume: detach the others; nothing is changed/,
    );
    rmSync(data);
    assert.equal(makeReady().status, 0);
    assert.equal(readlinkSync(link), other);
  });

  for (const [what, offset] of [
    ["near its beginning", 3 * mebibyte],
    ["at its very end", sizeMiB * mebibyte - 4],
  ] as const) {
    it(`is never formatted unless it is blank: four bytes ${what}`, () => {
      write(Buffer.from("data"), offset);
      refused(/contains something that blkid does not know; nothing is changed, nothing mounted/);
    });
  }

  it("is never formatted when it has another file system", () => {
    command("mkswap", device);
    refused(/contains swap, not ext4/);
  });

  it("is never formatted when it has a partition table", () => {
    // A master boot record with one Linux partition: type, first sector, number of sectors; then its signature.
    const record = Buffer.alloc(512);
    record.writeUInt8(0x83, 446 + 4);
    record.writeUInt32LE(2048, 446 + 8);
    record.writeUInt32LE(4096, 446 + 12);
    record.writeUInt16BE(0x55aa, 510);
    write(record, 0);
    refused(/contains a partition table, not ext4/);
  });

  it("is not mounted when its file system needs manual repair: it has lost its root", () => {
    ready();
    command("debugfs", "-w", "-R", "clri <2>", device);
    command("debugfs", "-w", "-R", "set_super_value state 2", device);
    const { status, stderr } = makeReady();
    assert.equal(status, 1);
    assert.match(stderr, /has errors that need manual repair \(e2fsck's exit code 4\)/);
  });
});

function command(name: string, ...argv: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(name, argv, { encoding: "utf8" });
  if (error) throw error;
  assert.equal(status, 0, `${name} ${argv.join(" ")}: ${stderr}`);
  return stdout.trim();
}

const childrenOf = (pid: number | undefined) =>
  spawnSync("ps", ["--ppid", `${pid}`, "--format", "comm="], { encoding: "utf8" }).stdout.trim();
