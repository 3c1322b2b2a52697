/** A checkout of a receiver without senders in files, in which `npm run fleet` runs. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command, fleet } from "../../../scripts/fleet/index.ts";
import { settle } from "../../../scripts/stack/command-line.ts";
import { repository } from "../../../scripts/stack/context.ts";
import { printed } from "../scripts/support.ts";
import { outputsOf } from "./contracts.ts";
import { folder } from "./files.ts";

export const exampleReceiver = join(repository, "stacks/examples/receiver.yaml");

/** Makes one before each test of a block, and removes it afterwards. */
export function scratchReceiver(stack: string) {
  const at = { mail: "", checkout: "", stackFile: "" };
  beforeEach(() => {
    at.mail = mkdtempSync(join(tmpdir(), "mail-"));
    at.checkout = mkdtempSync(join(tmpdir(), "checkout-"));
    mkdirSync(join(at.checkout, "stacks"));
    at.stackFile = join(at.checkout, `stacks/Pulumi.${stack}.yaml`);
    copyFileSync(exampleReceiver, at.stackFile);
    writeFileSync(at.stackFile, `${readFileSync(at.stackFile, "utf8")}  metrics-link:fleet: ${folder}\n`);
  });
  afterEach(() => {
    for (const path of [at.mail, at.checkout]) rmSync(path, { recursive: true });
  });
  const run = (...words: readonly string[]) =>
    printed(() =>
      settle(command.usage, () => fleet([words[0] ?? "", "--stack", stack, ...words.slice(1)], at.checkout)),
    );
  const contractFile = (name: string, outputs: object | string) => {
    const path = join(at.mail, `${name}.json`);
    writeFileSync(path, typeof outputs === "string" ? outputs : JSON.stringify(outputs));
    return path;
  };
  return {
    at,
    run,
    contractFile,
    written: (name: string) => JSON.parse(readFileSync(join(at.checkout, folder, `${name}.json`), "utf8")),
    files: () => (existsSync(join(at.checkout, folder)) ? readdirSync(join(at.checkout, folder)) : []),
    added: (name: string, address: string) =>
      run("add", name, "--from", contractFile(name, outputsOf(name, address)), "--owner", `team ${name}`, "--yes"),
  };
}
