/** moto as a child process: a third-party implementation of AWS's APIs, made strict by strict.py. */

import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { fileURLToPath } from "node:url";
import { LinkError, messageOf, parseJson } from "@metrics-link/contract";
import { z } from "zod";
import { ENDPOINT_SERVICES, IMAGES, ZONES } from "../../cloud/catalogue.ts";
import { timedOut } from "../../realiser/until.ts";

const accessKey = z.object({ accessKeyId: z.string(), secretAccessKey: z.string() });
/** A user's access key. */
export type AccessKey = Readonly<z.output<typeof accessKey>>;

const readyLine = z.object({
  port: z.int(),
  /** Account → key of its user `sandbox`, by which the cloud keeps the API in step, in the name of the deployer's role. */
  admins: z.record(z.string(), accessKey),
  /** Account → key of its user `administrator`: a person who may do anything that no policy of a resource denies. */
  administrators: z.record(z.string(), accessKey),
  /** Account → key of its user `deployer`, which may assume the deployment role there and nothing else. None of new accounts. */
  deployers: z.record(z.string(), accessKey),
  /** The platform team's user, which may assume the deployment roles and nothing else. */
  deployer: accessKey,
  /** The metadata services' user, which may assume every role that EC2 may. */
  imds: accessKey,
});

/** The access keys that a fresh moto has. */
type BootstrapKeys = Omit<z.output<typeof readyLine>, "port">;

/** Names of managed policies. */
export interface DeployRights {
  readonly attached: readonly string[];
  readonly boundary: string;
}

export interface MotoOptions {
  /** A Python that has moto 5.2.5. */
  readonly python: string;
  /** Same seed, same access keys. A secret. */
  readonly seed: string;
  readonly accounts: readonly string[];
  readonly toolsAccount: string;
  /** The role in each of `accounts` which the tools account's deployer assumes. */
  readonly deployRole: string;
  /** Nothing of the product is in `accounts` yet, not even the roles: only an administrator. */
  readonly newAccounts?: boolean;
  /** The managed policies of an account by name, which its administrators have made. */
  readonly policies?: (account: string) => Readonly<Record<string, string>>;
  /** What of these its deployment role has. Without it, the role may do everything. */
  readonly deployRights?: (account: string) => DeployRights;
  /** File that gets moto's output appended. */
  readonly log: string;
  /** Default 60 s; it takes about 2 s, on a busy machine about 8 s. */
  readonly deadlineMs?: number;
}

export interface Moto {
  /** `http://127.0.0.1:PORT`, for the world alone. */
  readonly endpoint: string;
  readonly keys: BootstrapKeys;
  readonly pid: number;
  /** Resolves with a description once the process has ended, for whatever reason. */
  readonly exited: Promise<string>;
  stop(): Promise<void>;
}

/** When the catalogue's images were made; RFC 3339. */
const imagesMade = "2026-11-01T00:00:00.000Z";

/** Starts moto and waits until it listens; its state is empty but for the accounts' users and roles. */
export async function startMoto(options: MotoOptions): Promise<Moto> {
  const {
    python,
    seed,
    accounts,
    toolsAccount,
    deployRole,
    log,
    newAccounts = false,
    policies,
    deployRights,
    deadlineMs = 60_000,
  } = options;
  const byAccount = <T>(of: (account: string) => T) => Object.fromEntries(accounts.map((one) => [one, of(one)]));
  const child = spawn(python, ["-B", fileURLToPath(new URL("strict.py", import.meta.url))], {
    env: environment(),
  });
  child.stderr.pipe(createWriteStream(log, { flags: "a", mode: 0o600 }));
  const exited = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`cannot run ${python}: ${error.message}`));
    child.once("exit", (code, signal) => resolve(`moto ended with ${signal ?? `code ${code}`}`));
  });
  child.stdin.on("error", () => undefined); // its end is reported by `exited`
  const inventory = {
    images: IMAGES.map((image) => ({ ...image, created: imagesMade })),
    endpointServices: ENDPOINT_SERVICES.map((service) => ({ ...service, zones: ZONES.map(({ name }) => name) })),
  };
  const wanted = {
    ...{ seed, accounts, tools: toolsAccount, deployRole, new: newAccounts, inventory },
    policies: byAccount((account) => policies?.(account) ?? {}),
    deployRights: deployRights === undefined ? {} : byAccount(deployRights),
  };
  child.stdin.end(JSON.stringify(wanted));
  const stop = async () => {
    child.kill("SIGTERM");
    await exited;
  };
  try {
    const line = await firstLine(child.stdout, exited, deadlineMs);
    const { port, ...keys } = parseJson(readyLine, line, "The first line of moto");
    return { endpoint: `http://127.0.0.1:${port}`, keys, pid: child.pid ?? 0, exited, stop };
  } catch (error) {
    await stop();
    throw new LinkError("SANDBOX_UNUSABLE", {
      what: `moto did not start: ${messageOf(error)}`,
      next: `read its log, ${log}`,
      cause: error,
    });
  }
}

/** Nothing of the caller's AWS or moto settings may reach moto. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS|MOTO|S3|INITIAL|TEST)_/.test(name));
  // moto makes SDK clients of its own, which require credentials.
  return {
    ...Object.fromEntries(kept),
    AWS_ACCESS_KEY_ID: "unused",
    AWS_SECRET_ACCESS_KEY: "unused",
    PYTHONUNBUFFERED: "1",
  };
}

function firstLine(stream: NodeJS.ReadableStream, exited: Promise<string>, deadlineMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = () => reject(timedOut("moto to print its port", deadlineMs));
    const timer = setTimeout(late, deadlineMs);
    let text = "";
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => {
      text += chunk;
      const end = text.indexOf("\n");
      if (end >= 0) {
        clearTimeout(timer);
        resolve(text.slice(0, end));
      }
    });
    void exited.then((how) => {
      clearTimeout(timer);
      reject(new LinkError("COMMAND_FAILED", { what: how }));
    });
  });
}
