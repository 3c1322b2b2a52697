import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { commands, link } from "../../../scripts/link.ts";
import { printed } from "./support.ts";

const repository = join(import.meta.dirname, "../../..");
const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));

describe("npm run link", () => {
  it("has a command for each folder with an index.ts, and an npm script for each command", () => {
    const folders = globSync("*/index.ts", { cwd: join(repository, "scripts") }).map(dirname);
    assert.deepEqual(Object.keys(commands).toSorted(), folders.toSorted());
    for (const name of folders) assert.equal(scripts[name], `node scripts/link.mjs ${name}`);
  });

  it("prints every command if called without one", async () => {
    const { code, out } = await printed(() => link([]));
    assert.equal(code, 0);
    for (const [name, { summary }] of Object.entries(commands))
      assert.match(out, new RegExp(`^  ${name} +${summary}$`, "m"));
    assert.deepEqual(await printed(() => link(["--help"])), { code, out, err: "" });
  });

  for (const name of Object.keys(commands)) {
    it(`explains ${name}`, async () => {
      const { code, out } = await printed(() => link([name, "--help"]));
      assert.equal(code, 0);
      assert.match(out, new RegExp(`^Usage: npm (run -s )?${name}\\b`));
    });
  }

  describe("exits with 2, one form of message and the usage, before anything is read or done,", () => {
    const withCommands = ["sandbox", "ceremony", "trust", "rotate", "fleet"];
    const withStacks: readonly (readonly string[])[] = [
      ["capacity", "--stack"],
      ["ceremony", "request", "--stack"],
      ["trust", "show", "--stack"],
      ["rotate", "leaf", "--stack"],
      ["fleet", "list", "--stack"],
      ["audit", "--stack"],
      ["review"],
    ];
    const cases: readonly (readonly [words: readonly string[], message: RegExp])[] = [
      [["nope"], /^COMMAND is nope: one of start, .* is expected$/],
      [["constructor"], /^COMMAND is constructor: one of /],
      ...withCommands.map((name) => [[name], /^COMMAND is missing: one of .* is expected$/] as const),
      ...withCommands.map((name) => [[name, "nope"], /^COMMAND is nope: one of .* is expected$/] as const),
      ...Object.keys(commands)
        .filter((name) => !withCommands.includes(name))
        .map((name) => [[name, "--nope"], /^--nope is not expected$/] as const),
      ...["start", "capacity", "audit", "lint", "generate"].map(
        (name) => [[name, "nope"], /^nope is not expected$/] as const,
      ),
      ...withStacks.map(
        (words) => [[...words, "nope"], /^no stack is called nope: there is no file \S+Pulumi\.nope\.yaml$/] as const,
      ),
      ...withStacks.map((words) => [[...words, "../nope"], /^no stack is called \.\.\/nope: /] as const),
      ...["capacity", "ceremony request", "trust show", "trust accept", "rotate leaf", "fleet verify"].map(
        (words) => [words.split(" "), /^--stack is missing$/] as const,
      ),
      [["capacity", "--stack"], /^the value of --stack is missing$/],
      [["drill", "--all=yes"], /^--all takes no value$/],
      [["capacity", "--stack", "sender", "--series", "0"], /^--series is 0: a whole number from 1 to 999999999 is/],
      [["rotate", "leaf", "--stack", "sender", "--steps", "x"], /^--steps is x: a whole number from 1 to 9999 is/],
      [["trust", "accept", "--stack", "nope", "--fingerprint", "zz"], /^--fingerprint is zz: a SHA-256 of 32 bytes/],
      [["trust", "accept", "--stack", "nope", "--address", "1.2.3"], /^--address is 1\.2\.3: an IPv4 address is/],
      [["review"], /^STACK is missing$/],
      [["review", "one", "two"], /^two is not expected$/],
      [["review", "one", "--format", "pdf"], /^--format is pdf: one of text, markdown, html, json is expected$/],
      [["review", "one", "--head", "/nowhere"], /^--head is \/nowhere: a folder that exists is expected$/],
      [
        ["audit", "--out", "/nowhere/a.html"],
        /^--out is \/nowhere\/a\.html: a file in a folder that exists is expected$/,
      ],
      [["console"], /^--url is missing$/],
      [["console", "--url", "ftp://a"], /^--url is ftp:\/\/a: an address like .* is expected$/],
      [
        ["console", "--url", "http://a", "--minutes", "x"],
        /^--minutes is x: a whole number from 1 to 10080 is expected$/,
      ],
      [["console", "--url", "http://a", "--serve", "x"], /^PORT is x: a whole number from 1 to 65535 is expected$/],
      [
        ["console", "--url", "http://a", "--out", "/nowhere/a.html"],
        /^--out is \/nowhere\/a\.html: a file in a folder /,
      ],
      [["bench", "nope"], /^NAME is nope: one of converge, idle, gate is expected$/],
      [["bench", "idle", "0"], /^RUNS is 0: a whole number from 1 to 1000 is expected$/],
      [["release"], /^VERSION is missing: one of major, minor, patch is expected$/],
      [["release", "nope"], /^VERSION is nope: one of major, minor, patch is expected$/],
      [["test", "nope"], /^PATH is nope: a file or folder with tests is expected$/],
      [["drill", "--html", "/nowhere/a.html", "--all"], /^--html is \/nowhere\/a\.html: a file in a folder /],
      [["sandbox", "exec"], /^HOST is missing$/],
      [["sandbox", "exec", "sender"], /^CMD is missing$/],
      [["sandbox", "shell"], /^HOST is missing$/],
      [["sandbox", "logs"], /^HOST is missing$/],
      [["start", "--senders", "4"], /^--senders is 4: a whole number from 1 to 3 is expected$/],
      [["sandbox", "up", "--senders", "0"], /^--senders is 0: a whole number from 1 to 3 is expected$/],
      [["sandbox", "join"], /^SENDER is missing: one of sender-c, sender-d is expected$/],
      [["sandbox", "leave", "sender"], /^SENDER is sender: one of sender-c, sender-d is expected$/],
    ];
    for (const [words, message] of cases) {
      it(`if called as ${words.join(" ")}`, async () => {
        const { code, out, err } = await printed(() => link(words));
        const [first = "", usage = ""] = err.split("\n");
        assert.match(first.replace(/^error: /, ""), message);
        assert.deepEqual([code, out, first.slice(0, 7), usage.slice(0, 6)], [2, "", "error: ", "Usage:"]);
      });
    }
  });
});
