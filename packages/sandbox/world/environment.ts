/** Environment variables that point Pulumi and AWS tools at a sandbox. */
import { delimiter, join } from "node:path";
import { LinkError } from "@metrics-link/contract";
import { cacheDirectory } from "@metrics-link/release";
import type { Layout } from "../model/layout.ts";
import { region, type Side } from "./accounts.ts";
import { pulumiHome } from "./files.ts";
import { readSettings } from "./settings.ts";

/**
 * A PATH that begins with the pinned tools, and has no plugin of Pulumi's: it looks there before it looks into its own cache,
 * and a deployment's official plugins would get the sandbox's requests.
 */
export function sandboxPath(path: string): string {
  const [tools, officialPlugins] = [join(cacheDirectory(), "bin"), join(cacheDirectory(), "pulumi-plugins")];
  const others = path.split(delimiter).filter((folder) => folder !== tools && folder !== officialPlugins);
  return [tools, ...others].join(delimiter);
}

/**
 * The environment of the deployer of one account, who can do nothing in the other; the sandbox must have been up once. Its
 * PATH begins with the pinned tools.
 */
export function deployerEnvironment(
  layout: Layout,
  side: Side,
  { path = process.env.PATH ?? "" }: { path?: string } = {},
): Record<string, string> {
  const { deployers, frontPort } = readSettings(layout) ?? {};
  if (deployers === undefined || frontPort === undefined) {
    throw new LinkError("SANDBOX_NOT_UP", {
      what: `the sandbox in ${layout.directory} has never been up`,
      next: "run: npm run -s sandbox -- up",
    });
  }
  return {
    PATH: sandboxPath(path),
    METRICS_LINK_WORLD: layout.socket,
    METRICS_LINK_PLUGINS: layout.plugins,
    AWS_ACCESS_KEY_ID: deployers[side].accessKeyId,
    AWS_SECRET_ACCESS_KEY: deployers[side].secretAccessKey,
    // The caller's own token does not belong to this key.
    AWS_SESSION_TOKEN: "",
    AWS_REGION: region,
    // boto3 and the AWS CLI's first version know only this one.
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${frontPort}`,
    AWS_EC2_METADATA_DISABLED: "true",
    PULUMI_HOME: pulumiHome(layout),
    // A concurrent reader must see the old state or the new one. State files are renamed into place; attribute files
    // beside them, which nobody needs, would be empty for a moment (gocloud.dev/blob/fileblob).
    PULUMI_BACKEND_URL: `file://${layout.backend}?metadata=skip&no_tmp_dir=true`,
    // For the exchange stacks, which have no secret. A host's secrets have a key of its account.
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // Node caches compiled code: the program and every plugin start faster the next time.
    NODE_COMPILE_CACHE: join(cacheDirectory(), "compile-cache"),
  };
}
