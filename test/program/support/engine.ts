import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { cacheDirectory } from "@metrics-link/release";
import { type AwsApi, type AwsClients, clientsOf } from "@metrics-link/sandbox/cloud/api.ts";
import { enforcedBy } from "@metrics-link/sandbox/cloud/authorisation.ts";
import { Cloud } from "@metrics-link/sandbox/cloud/cloud.ts";
import { cloudRoutes } from "@metrics-link/sandbox/cloud/routes.ts";
import { bundleProviders } from "@metrics-link/sandbox/plugins/bundle.ts";
import { type Moto, startMoto } from "@metrics-link/sandbox/services/moto/moto.ts";

const plugins = resolve(import.meta.dirname, "../../../packages/sandbox/plugins/bin");
export const toolsAccount = "999999999999";

/** Pulumi's real engine, the sandbox's stand-in for AWS behind it, and no hosts. */
export interface Engine {
  /** A folder of its own for programs and state; `stop` removes it. */
  readonly directory: string;
  readonly aws: AwsClients;
  readonly cloud: Cloud;
  /** The AWS API behind the cloud, and its administrators' keys. */
  readonly api: AwsApi;
  /** The variables by which a deployer's provider finds this AWS and signs. */
  readonly environment: Readonly<Record<string, string>>;
  /** What points AWS tools at the account as its administrator. */
  readonly administrator: Readonly<Record<string, string>>;
  /** Runs `pulumi WORDS...` in a folder, as a deployer of the account does. */
  run(
    folder: string,
    words: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): Promise<{ readonly code: number | null; readonly output: string }>;
  /** The same. Fails unless the command succeeds. */
  succeed(folder: string, words: readonly string[], environment?: Readonly<Record<string, string>>): Promise<string>;
  stop(): Promise<void>;
}

/** The environment of a person with a Pulumi of their own: its home and its backend, `state`, are in a folder. */
export const ownEnvironment = (directory: string): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: [plugins, join(cacheDirectory(), "bin"), process.env.PATH].join(delimiter),
  PULUMI_BACKEND_URL: `file://${join(directory, "state")}`,
  PULUMI_HOME: join(directory, "home"),
  PULUMI_CONFIG_PASSPHRASE: "",
  PULUMI_SKIP_UPDATE_CHECK: "true",
  // As a sandbox has them: a plugin in one file, whose compiled code is kept, starts in half the time.
  METRICS_LINK_PLUGINS: join(directory, "plugins"),
  NODE_COMPILE_CACHE: join(cacheDirectory(), "compile-cache"),
  NODE_OPTIONS: "", // Nothing of whoever runs the tests.
});

/** Runs `pulumi WORDS...` in a folder, and returns both of its outputs in the order in which they came. */
export async function runPulumi(folder: string, words: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn("pulumi", [...words, "--non-interactive", "--color", "never"], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk));
  const code = await new Promise<number | null>((done, fail) => child.once("error", fail).once("close", done));
  return { code, output };
}

/** Starts moto for these accounts, with its log in a folder. */
export const startAccounts = (directory: string, accounts: readonly string[]): Promise<Moto> =>
  startMoto({
    python: join(cacheDirectory(), "bin", "moto-python"),
    seed: "test",
    accounts,
    toolsAccount,
    deployRole: "metrics-link-deploy",
    log: join(directory, "moto.log"),
  });

/** Moto's AWS, with the keys of its administrators. */
export const apiOf = ({ endpoint, keys }: Moto): AwsApi => ({
  endpoint,
  admin: (of) => keys.admins[of] ?? assert.fail(`no administrator of ${of}`),
});

/** @param options.authorised the stand-in lets a deployer do only what the policies of its role in IAM allow */
export async function startEngine(account: string, { authorised = false } = {}): Promise<Engine> {
  const directory = mkdtempSync(join(tmpdir(), "engine-"));
  mkdirSync(join(directory, "state"));
  await bundleProviders(join(directory, "plugins"));
  const moto = await startAccounts(directory, [account]);
  const api = apiOf(moto);
  const enforced = authorised ? enforcedBy(api, join(cacheDirectory(), "bin", "moto-python")) : undefined;
  const cloud = await Cloud.open({
    file: join(directory, "cloud.json"),
    api,
    ...(enforced === undefined ? {} : { authorise: enforced.authorise }),
  });
  const routes = cloudRoutes(cloud);
  const world = createServer(async (request, response) => {
    if (!(await routes(request, response))) response.writeHead(404).end("{}");
  });
  await new Promise<void>((done) => world.listen(join(directory, "world.sock"), done));

  const deployer = {
    METRICS_LINK_WORLD: join(directory, "world.sock"),
    AWS_ACCESS_KEY_ID: moto.keys.deployer.accessKeyId,
    AWS_SECRET_ACCESS_KEY: moto.keys.deployer.secretAccessKey,
    AWS_SESSION_TOKEN: "",
  };
  const run: Engine["run"] = (folder, words, environment = {}) =>
    runPulumi(folder, words, { ...ownEnvironment(directory), ...deployer, ...environment });
  return {
    directory,
    aws: clientsOf(api)(account, "eu-west-1"),
    cloud,
    api,
    environment: deployer,
    administrator: {
      AWS_ENDPOINT_URL: moto.endpoint,
      AWS_ACCESS_KEY_ID: api.admin(account).accessKeyId,
      AWS_SECRET_ACCESS_KEY: api.admin(account).secretAccessKey,
    },
    run,
    async succeed(folder, words, environment) {
      const { code, output } = await run(folder, words, environment);
      assert.equal(code, 0, `pulumi ${words.join(" ")}:\n${output}`);
      return output;
    },
    async stop() {
      world.close();
      enforced?.stop();
      await moto.stop();
      rmSync(directory, { recursive: true });
    },
  };
}
