/**
 * Puts the wall clock of running processes ahead; 0 seconds puts it right again. Runs on a host by itself, as
 * `node skew-clock.ts SECONDS PID...`, and so imports nothing but Node's own.
 *
 * The kernel has one wall clock for all. But programs read it by a function that the kernel maps into each of them
 * (vdso(7)): there it is replaced by the system call and an addition. Go calls it without libc, which is why nothing that
 * is preloaded reaches Prometheus. x86-64 only.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync, writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const functionName = "__vdso_clock_gettime";
const dynamicSymbols = 11;
const symbolBytes = 24;

/** Where a process has the kernel's functions, as addresses. */
function vdsoOf(pid: number | "self"): readonly [start: number, end: number] {
  const [, start, end] = /^([0-9a-f]+)-([0-9a-f]+) .*\[vdso\]$/m.exec(readFileSync(`/proc/${pid}/maps`, "utf8")) ?? [];
  if (start === undefined || end === undefined) throw new Error(`process ${pid} has no vDSO`);
  return [Number.parseInt(start, 16), Number.parseInt(end, 16)];
}

/** The vDSO is the same in every process: this one's is whole. */
function pristine(): Buffer {
  const [start, end] = vdsoOf("self");
  const memory = openSync("/proc/self/mem", "r");
  try {
    const image = Buffer.alloc(end - start);
    readSync(memory, image, 0, image.length, start);
    return image;
  } finally {
    closeSync(memory);
  }
}

/** Finds a function in the image by its ELF section headers (elf(5)). */
function symbolIn(image: Buffer, name: string): { readonly offset: number; readonly size: number } {
  const word = (at: number) => Number(image.readBigUInt64LE(at));
  const section = (index: number) => {
    const at = word(0x28) + index * image.readUInt16LE(0x3a);
    return {
      kind: image.readUInt32LE(at + 4),
      offset: word(at + 24),
      size: word(at + 32),
      link: image.readUInt32LE(at + 40),
    };
  };
  const sections = Array.from({ length: image.readUInt16LE(0x3c) }, (_, index) => section(index));
  for (const { kind, offset, size, link } of sections) {
    if (kind !== dynamicSymbols) continue;
    const names = sections[link]?.offset ?? 0;
    for (let at = offset; at < offset + size; at += symbolBytes) {
      const from = names + image.readUInt32LE(at);
      if (image.toString("latin1", from, image.indexOf(0, from)) !== name) continue;
      return { offset: word(at + 8), size: word(at + 16) };
    }
  }
  throw new Error(`the vDSO has no ${name}`);
}

/** clock_gettime(clock, time): the system call, and for CLOCK_REALTIME, which is 0, so many seconds more. */
function skewed(seconds: number): Buffer {
  const added = Buffer.alloc(4);
  added.writeInt32LE(seconds);
  return Buffer.from([
    ...[0xb8, 228, 0, 0, 0], // mov eax, SYS_clock_gettime
    ...[0x0f, 0x05], // syscall
    ...[0x85, 0xff], // test edi, edi
    ...[0x75, 0x07], // jnz to the return
    ...[0x48, 0x81, 0x06, ...added], // add qword [rsi], seconds
    0xc3, // ret
  ]);
}

/** Whether every thread stands still, and none within the bytes that are to change. */
function standsOutside(pid: number, from: number, to: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every((thread) => {
    const words = readFileSync(`/proc/${pid}/task/${thread}/syscall`, "utf8").trim().split(" ");
    const at = Number(words.at(-1));
    return words.length > 1 && (at < from || at >= to);
  });
}

async function write(pid: number, offset: number, code: Buffer): Promise<void> {
  const from = vdsoOf(pid)[0] + offset;
  for (let tries = 0; tries < 100; tries++) {
    process.kill(pid, "SIGSTOP");
    try {
      await pause(5);
      if (!standsOutside(pid, from, from + code.length)) continue;
      const memory = openSync(`/proc/${pid}/mem`, "r+");
      try {
        writeSync(memory, code, 0, code.length, from);
      } finally {
        closeSync(memory);
      }
      return;
    } finally {
      process.kill(pid, "SIGCONT");
    }
  }
  throw new Error(`process ${pid} never stood still outside of ${functionName}`);
}

const [seconds = Number.NaN, ...pids] = process.argv.slice(2).map(Number);
if (process.arch !== "x64") throw new Error(`the code is for x86-64, this is ${process.arch}`);
const image = pristine();
const { offset, size } = symbolIn(image, functionName);
const patch = skewed(seconds);
if (size < patch.length) throw new Error(`${functionName} has ${size} bytes, ${patch.length} are needed`);
const code = seconds === 0 ? image.subarray(offset, offset + patch.length) : patch;
// systemd says 0 of a service that does not run.
for (const pid of pids.filter((one) => one > 0)) await write(pid, offset, code);
