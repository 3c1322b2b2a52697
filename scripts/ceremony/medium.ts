import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parseRootConfiguration, type RootConfiguration, rootNamespace } from "@metrics-link/pki/ceremony/index.ts";
import { Pulumi } from "@metrics-link/sandbox/cli/pulumi.ts";
import { parse, parseDocument, stringify } from "yaml";
import { z } from "zod";
import { repository } from "../stack/context.ts";

/** The one stack of a medium's folder. */
const stack = "root";

const certificates = z.record(z.string(), z.string());
/** Outputs of the root's stack: empty after an interrupted ceremony. */
const onMedium = z.object({ roots: certificates.default({}), intermediates: certificates.default({}) });

/** Certificates on a medium, PEM by generation. */
export type Certificates = Readonly<z.output<typeof onMedium>>;

/**
 * One account's folder on the medium that a person carries: the state of the root program, with the roots' keys under
 * their own passphrase, and its configuration. The folder is named by the account's everyday stack.
 */
export class Medium {
  readonly folder: string;
  private readonly environment: NodeJS.ProcessEnv;

  /** @param passphraseFile holds the passphrase of this medium's state, which is no everyday stack's */
  constructor(medium: string, account: string, passphraseFile: string, environment: NodeJS.ProcessEnv) {
    this.folder = join(medium, account);
    const { PULUMI_CONFIG_PASSPHRASE: _everyday, ...rest } = environment;
    this.environment = {
      ...rest,
      PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile,
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
  }

  /** Undefined while there is no root on it. */
  configuration(): RootConfiguration | undefined {
    if (!existsSync(this.file)) return undefined;
    const { config = {} } = parse(readFileSync(this.file, "utf8")) as { config?: Record<string, unknown> };
    if (config[`${rootNamespace}:organization`] === undefined) return undefined;
    return parseRootConfiguration(
      Object.fromEntries(
        Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
      ),
    );
  }

  /** What is on it, from its state. */
  async certificates(): Promise<Certificates> {
    if (this.configuration() === undefined) return { roots: {}, intermediates: {} };
    return await this.withPulumi(async (pulumi) => {
      return onMedium.parse(await pulumi.outputs(stack));
    });
  }

  /**
   * Applies a configuration and writes it only afterwards: an interrupted ceremony starts over.
   */
  async make(configuration: RootConfiguration): Promise<Certificates> {
    mkdirSync(join(this.folder, "state"), { recursive: true, mode: 0o700 });
    return await this.withPulumi(async (pulumi) => {
      const known = (await pulumi.stacks()).includes(stack);
      if (!known) await pulumi.must(["stack", "init", stack, "--secrets-provider", "passphrase"]);
      else await pulumi.must(["cancel", stack, "--yes"]);
      const before = this.text();
      this.write(configuration);
      try {
        await pulumi.must(["up", "-s", stack, "--yes", "--skip-preview"]);
      } catch (error) {
        if (before !== undefined) this.replace(before);
        throw error;
      }
      return onMedium.parse(await pulumi.outputs(stack));
    });
  }

  private get file(): string {
    return join(this.folder, `Pulumi.${stack}.yaml`);
  }

  private text(): string | undefined {
    return existsSync(this.file) ? readFileSync(this.file, "utf8") : undefined;
  }

  private write(configuration: RootConfiguration): void {
    const document = parseDocument(this.text() ?? "{}\n");
    for (const [key, value] of Object.entries(configuration)) {
      document.setIn(["config", `${rootNamespace}:${key}`], document.createNode(value));
    }
    this.replace(document.toString({ lineWidth: 0 }));
  }

  private replace(text: string): void {
    writeFileSync(`${this.file}.draft`, text);
    renameSync(`${this.file}.draft`, this.file);
  }

  /** The root program in a project of its own: a medium's file system may not support symlinks. */
  private async withPulumi<Result>(work: (pulumi: Pulumi) => Promise<Result>): Promise<Result> {
    const project = mkdtempSync(join(tmpdir(), "metrics-link-root-"));
    try {
      symlinkSync(join(repository, "stacks"), join(project, "stacks"));
      writeFileSync(
        join(project, "Pulumi.yaml"),
        stringify({
          name: rootNamespace,
          runtime: { name: "nodejs", options: { typescript: false, packagemanager: "pnpm" } },
          main: "stacks/root",
          stackConfigDir: relative(project, this.folder),
        }),
      );
      return await work(new Pulumi(project, this.environment, project));
    } finally {
      rmSync(project, { recursive: true });
    }
  }
}
