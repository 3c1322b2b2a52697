import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFleetFolder, removeSenderFile, writeSenderFile, writeWhole } from "@metrics-link/fleet/folder/index.ts";

describe("the folder of a fleet", () => {
  let root = "";
  const place = (name: string, text = "{}") => writeFileSync(join(root, "fleet/senders", name), text);
  const read = (folder: unknown = "fleet/senders") => readFleetFolder(root, { fleet: folder });
  /** What is said of a file that cannot be used. */
  const said = (folder?: unknown) =>
    read(folder).map((one) =>
      "remedy" in one ? `${one.path} is ${JSON.stringify(one.value)}: ${one.remedy}` : one.path,
    );

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "fleet-"));
    mkdirSync(join(root, "fleet/senders"), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("is read file by file, in the order of the names", () => {
    for (const name of ["b.json", "a.json", ".gitkeep", ".a.json.draft"]) place(name, name);
    assert.deepEqual(read(), [
      { path: "fleet/senders/a.json", text: "a.json" },
      { path: "fleet/senders/b.json", text: "b.json" },
    ]);
  });

  it("is not read where the configuration names none, or one of another form", () => {
    place("a.json");
    for (const folder of [undefined, 1, "..", "/etc", "fleet/../fleet/senders", "fleet/", "docs", "node_modules/x"])
      assert.deepEqual(read(folder ?? null), []);
  });

  it("is refused with what is no sender's file in it, by its name", () => {
    for (const name of [
      "A.json",
      "a.yaml",
      "README.md",
      "elsewhere.json",
      ".b.json",
      "a b.json",
      `${"x".repeat(21)}.json`,
    ])
      place(name);
    mkdirSync(join(root, "fleet/senders/c.json"));
    const found = said();
    assert.equal(found.length, 8);
    for (const one of found) assert.match(one, /^fleet\/senders\/.* is ".*": (a file NAME\.json|a regular file)/);
  });

  it("is refused with a link in it, or on the way to it, whatever that leads to", () => {
    writeFileSync(join(root, "secret"), "closed");
    symlinkSync("../../secret", join(root, "fleet/senders/a.json"));
    assert.deepEqual(said(), ['fleet/senders/a.json is "a link": a regular file, as a review compares it']);
    symlinkSync("fleet", join(root, "peers"));
    assert.match(said("peers/senders").join(), /^metrics-link:fleet is "peers\/senders": .*peers is a link$/);
  });

  it("is refused with a file that would fill the memory, without reading it, and with one that blocks", () => {
    place("a.json");
    truncateSync(join(root, "fleet/senders/a.json"), 1e12);
    execFileSync("mkfifo", [join(root, "fleet/senders/b.json")]);
    const [huge, pipe] = said();
    assert.match(huge ?? "", /is "1000000000000 bytes": a sender's file of at most 262144 bytes/);
    assert.match(pipe ?? "", /is "not a file"/);
  });

  it("is refused with bytes that are no UTF-8, and with more files than there can be senders", () => {
    writeFileSync(join(root, "fleet/senders/a.json"), Buffer.from([0x7b, 0xff, 0x7d]));
    assert.match(said().join(), /a text in UTF-8/);
    for (let index = 0; index < 1025; index += 1) place(`s${index}.json`);
    assert.deepEqual(said(), ['metrics-link:fleet is "fleet/senders": a folder with at most 1024 files; it has 1026']);
  });

  it("that is not there is refused by the key that names it", () => {
    assert.match(said("fleet/nobody").join(), /^metrics-link:fleet is "fleet\/nobody": a folder .*it is not there/);
  });

  it("is written through no link that a branch has put in the way", () => {
    const stolen = join(root, "elsewhere");
    writeFileSync(stolen, "mine");
    mkdirSync(join(root, "fleet/senders"), { recursive: true });
    for (const name of [".a.json.draft", "a.json"]) symlinkSync(stolen, join(root, "fleet/senders", name));
    writeSenderFile(root, "fleet/senders/a.json", "1");
    assert.equal(readFileSync(stolen, "utf8"), "mine");
    assert.ok(lstatSync(join(root, "fleet/senders/a.json")).isFile());
    symlinkSync(stolen, join(root, "Pulumi.x.yaml.draft"));
    writeWhole(join(root, "Pulumi.x.yaml"), "2");
    assert.equal(readFileSync(stolen, "utf8"), "mine");
  });

  it("is written whole, and leaves nothing behind but what keeps the folder in git", () => {
    writeSenderFile(root, "fleet/senders/a.json", "1");
    writeSenderFile(root, "fleet/senders/a.json", "2");
    writeSenderFile(root, "fleet/others/b.json", "3");
    assert.equal(readFileSync(join(root, "fleet/senders/a.json"), "utf8"), "2");
    removeSenderFile(root, "fleet/senders/a.json");
    assert.deepEqual(readdirSync(join(root, "fleet/senders")), [".gitkeep"]);
    assert.deepEqual(readdirSync(join(root, "fleet/others")), ["b.json"]);
  });
});
