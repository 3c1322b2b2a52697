/** A person at the desk, who does what the page says. */
import { existsSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import type { Layout } from "@metrics-link/sandbox/model/layout.ts";
import { readSettings } from "@metrics-link/sandbox/world/settings.ts";
import type { Block } from "../../../support/blocks.ts";
import { eventually } from "../../../support/eventually.ts";
import type { Configured, Run, Shell, Written } from "../treatment.ts";
import type { Desk } from "./desk.ts";
import { edit } from "./prose.ts";

/** What somebody answers at a terminal: the questions of Pulumi and of the product, and the passphrase of the medium. */
const answers: readonly (readonly [command: RegExp, answered: string])[] = [
  [/\bpulumi (up|destroy|state unprotect --all)\b/g, "pulumi $1 --yes"],
  [/--medium \/media\/root\b/g, "--medium ~/medium --passphrase-file ~/passphrase --yes"],
  [/\btrust -- accept\b/g, "trust -- accept --yes"],
];

export class Walk {
  readonly desk: Desk;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #administrators: Readonly<Record<"sender" | "receiver", NodeJS.ProcessEnv>>;
  readonly #facts = new Map<string, string>();

  /** @param plugins the folder with the bundled stand-ins */
  constructor(desk: Desk, layout: Layout, plugins: string) {
    const { administrators, frontPort } = readSettings(layout) ?? {};
    if (administrators === undefined || frontPort === undefined) throw new Error("the sandbox's accounts are not new");
    this.desk = desk;
    // All that differs from a person's shell in front of AWS.
    this.#environment = {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${frontPort}`,
      // Go's SDK takes the other one only after it has assumed a profile's role.
      AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${frontPort}`,
      AWS_EC2_METADATA_DISABLED: "true",
      METRICS_LINK_WORLD: desk.mountSocket(layout.socket),
      METRICS_LINK_PLUGINS: plugins,
      // Nobody asks the internet whether there is something newer.
      PULUMI_SKIP_UPDATE_CHECK: "true",
      npm_config_update_notifier: "false",
    };
    const keys = ({ accessKeyId, secretAccessKey }: typeof administrators.sender) => ({
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_DEFAULT_REGION: "eu-west-1",
      AWS_REGION: "eu-west-1",
    });
    this.#administrators = { sender: keys(administrators.sender), receiver: keys(administrators.receiver) };
  }

  /** What each organization has before: its people, with keys of their own, which may do nothing yet. */
  async arrive(): Promise<void> {
    let credentials = "";
    for (const side of ["a", "b"] as const) {
      const create =
        "aws iam create-user --user-name person\naws iam create-access-key --user-name person --output text";
      const [, id = "", secret = ""] =
        /^ACCESSKEY\s+(\S+)\s+\S+\s+(?:Active\s+)?(\S+)/m.exec(await this.#must(`administrator of ${side}`, create)) ??
        [];
      credentials += `[own-${side}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
    }
    this.desk.folder(".aws");
    this.desk.write(".aws/credentials", credentials, 0o600);
    this.desk.folder("medium");
    this.desk.write("passphrase", "correct horse battery staple\n", 0o600);
  }

  /** Types a block's commands. @throws Error with what they printed */
  async run(
    { text }: Pick<Block, "text">,
    { by, for: words = {}, learns = {}, prints, isAwaited = false }: Run,
  ): Promise<void> {
    const type = async () => {
      let printed = "";
      for (const paragraph of text.split(/\n\n+/)) {
        const said = await this.#must(by, answered(this.#inWords(paragraph, words)));
        for (const [fact, pattern] of Object.entries(learns)) {
          const [, found] = pattern.exec(said) ?? [];
          if (found !== undefined) this.#facts.set(fact, found);
        }
        printed += said;
      }
      return printed;
    };
    if (prints === undefined) return void (await type());
    const printed = isAwaited
      ? await eventually(`${prints}`, async () => found(await type(), prints), 90_000, 1000)
      : await type();
    if (!prints.test(printed)) throw new Error(`nothing like ${prints} in what was printed:\n${printed}`);
  }

  /** Runs a command on the sender's host, by Run Command. */
  async onHost(command: string, prints: RegExp): Promise<void> {
    const instance = '--instance-id "$(pulumi stack output instanceId -s production-sender)"';
    const ssm = "aws ssm --profile link-a-deploy";
    const send = `send-command --document-name AWS-RunShellScript ${instance.replace("-id ", "-ids ")}`;
    const script = [
      `id=$(${ssm} ${send} --parameters '${JSON.stringify({ commands: [command] })}' --query Command.CommandId --output text)`,
      `${ssm} wait command-executed --command-id "$id" ${instance}`,
      `${ssm} get-command-invocation --command-id "$id" ${instance} --query StandardOutputContent --output text`,
    ];
    await this.run({ text: script.join("\n") }, { by: "a", prints });
  }

  /** Writes a block into a file, as often as is said. */
  write({ text }: Block, { file, times }: Written): void {
    this.desk.write(file, `${times.map((words) => this.#inWords(text, words)).join("\n\n")}\n`);
  }

  /** Writes learnt values into a stack's file. */
  configure({ stack, facts }: Configured): void {
    const changes = Object.entries(facts).map(([path, fact]) => {
      const value = fact.endsWith("[]") ? [this.#fact(fact.slice(0, -2))] : this.#fact(fact);
      return [path.split("."), value] as const;
    });
    edit(this.desk, stack, changes);
  }

  /** Runs a script in somebody's shell, which keeps what it exports. @throws Error with what it printed */
  async #must(shell: Shell, script: string): Promise<string> {
    const exported = join(this.desk.home, `.exported-${shell.replaceAll(" ", "-")}`);
    const { code, printed } = await this.desk.run(
      `[ ! -e ${exported} ] || . ${exported}\n${script}\nexport -p > ${exported}\n`,
      { ...this.#environment, ...this.#keysOf(shell) },
      this.#folderOf(shell),
    );
    if (code === 0) return printed;
    throw new Error(`${script}\nended with ${code}:\n${printed}`);
  }

  /** An administrator has the repository's documents, and a folder for what is made of them. */
  #folderOf(shell: Shell): string {
    if (shell === "a" || shell === "b") return this.desk.checkout;
    const folder = join(this.desk.home, shell.replaceAll(" ", "-"));
    if (existsSync(folder)) return folder;
    this.desk.folder(basename(folder));
    for (const name of ["Pulumi.yaml", "docs", "stacks"])
      symlinkSync(join(this.desk.checkout, name), join(folder, name));
    return folder;
  }

  #keysOf(shell: Shell): NodeJS.ProcessEnv {
    if (shell === "administrator of a") return this.#administrators.sender;
    return shell === "administrator of b" ? this.#administrators.receiver : {};
  }

  /** The page's text with this person's words: whole ones, so that BUCKET is not found in YOUR-STATE-BUCKET. */
  #inWords(text: string, words: Readonly<Record<string, string>>): string {
    const all = Object.keys(words).toSorted((one, other) => other.length - one.length);
    if (all.length === 0) return text;
    const pattern = new RegExp(`(?<![\\w-])(?:${all.join("|")})(?![\\w]|-[\\w])`, "g");
    return text.replaceAll(pattern, (word) => this.#filled(words[word] ?? word));
  }

  readonly #filled = (text: string) =>
    text.replaceAll(/\{([^}]+)\}/g, (whole, name: string) => this.#facts.get(name) ?? whole);

  #fact(name: string): string {
    const found = this.#facts.get(name);
    if (found === undefined) throw new Error(`nothing told ${name}`);
    return found;
  }
}

const found = (printed: string, prints: RegExp) => (prints.test(printed) ? printed : undefined);

/** A script with what somebody would answer its commands. */
const answered = (script: string) =>
  answers.reduce((text, [command, answer]) => text.replaceAll(command, answer), script);
