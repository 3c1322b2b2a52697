/** The `runtime.options` of Pulumi.yaml and PulumiPolicy.yaml, as the official language host reads them. */
import { parse } from "shell-quote";

export interface RuntimeOptions {
  /** Run TypeScript through ts-node. The default, as in the official host; `false` for a program that Node runs by itself. */
  readonly typescript: boolean;
  readonly tsconfig: string | undefined;
  /** Arguments for node, before the script. */
  readonly nodeargs: readonly string[];
  readonly packagemanager: PackageManager | "auto";
}

const PACKAGE_MANAGERS = ["npm", "pnpm", "yarn", "bun"] as const;
export type PackageManager = (typeof PACKAGE_MANAGERS)[number];

/** @throws Error naming an option of the wrong type */
export function parseOptions(options: Readonly<Record<string, unknown>>): RuntimeOptions {
  const manager = optional(options, "packagemanager", "string") ?? "auto";
  if (manager !== "auto" && !PACKAGE_MANAGERS.some((name) => name === manager)) {
    throw new Error(`runtime option packagemanager is "${manager}", but must be auto, ${PACKAGE_MANAGERS.join(", ")}`);
  }
  return {
    typescript: optional(options, "typescript", "boolean") ?? true,
    tsconfig: optional(options, "tsconfig", "string"),
    nodeargs: splitArguments(optional(options, "nodeargs", "string") ?? ""),
    packagemanager: manager as PackageManager | "auto",
  };
}

type Types = { string: string; boolean: boolean };

function optional<T extends keyof Types>(
  options: Readonly<Record<string, unknown>>,
  name: string,
  type: T,
): Types[T] | undefined {
  const value = options[name];
  if (value === undefined || typeof value === type) return value as Types[T] | undefined;
  throw new Error(`runtime option ${name} must be a ${type}, but is ${JSON.stringify(value)}`);
}

/** Words with shell quoting, and nothing else of a shell: a variable stays as it is written. */
function splitArguments(text: string): string[] {
  return parse(text, (name) => `$${name}`).map((word) => {
    if (typeof word === "string") return word;
    throw new Error(
      `runtime option nodeargs is ${JSON.stringify(text)}: it may have words and quotes, no ${JSON.stringify(word)}`,
    );
  });
}

/** Environment by which @pulumi/pulumi's own scripts learn the options. */
export function optionsEnvironment(options: RuntimeOptions): Record<string, string> {
  return {
    ...(options.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
    ...(options.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  };
}
