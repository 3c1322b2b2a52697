import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { GetBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { pkiOutput, readPkiOutput } from "@metrics-link/contract";
import {
  type Answer,
  type Backend,
  type EvidenceOfAny,
  passphrase,
  type SecretsProvider,
} from "@metrics-link/preflight";
import { parse } from "yaml";
import { z } from "zod";
import { withPaths } from "../audit/aws.ts";
import { part } from "../audit/part.ts";
import type { StackContext } from "../stack/context.ts";
import { ownClients } from "./identity.ts";

/** What Pulumi knows of the stack: where its state is, how its secrets are encrypted, what its last update left. */
export async function askPulumi(context: StackContext): Promise<{
  readonly backend: EvidenceOfAny["backend"];
  readonly secrets: EvidenceOfAny["secrets"];
  readonly outputs: Answer<Readonly<Record<string, unknown>>>;
}> {
  const [backend, secrets, outputs] = await Promise.all([
    part(() => backendOf(context)),
    part(() => secretsOf(context)),
    part(() => outputsOf(context)),
  ]);
  return { backend, secrets, outputs };
}

/** The outputs of the last update; none of a stack that is not there yet. */
async function outputsOf({ pulumi, stack }: StackContext): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await pulumi.outputs(stack);
  } catch (error) {
    if (/no stack named/.test((error as Error).message)) return {};
    throw error;
  }
}

/** What the ceremony's files are compared with. */
export const pkiInForce = (outputs: Readonly<Record<string, unknown>>) => readPkiOutput(outputs[pkiOutput]);

const who = z.object({ url: z.string() });

async function backendOf({ pulumi, file, environment }: StackContext): Promise<Backend> {
  const { stdout } = await pulumi.must(["whoami", "--verbose", "--json"]);
  const { url } = who.parse(JSON.parse(stdout));
  if (!url.startsWith("s3://")) return { url, versioned: undefined };
  const { hostname, searchParams } = new URL(url);
  const clients = ownClients(file.readAny(), environment);
  const region = searchParams.get("region") ?? environment.AWS_REGION ?? clients.region;
  const versioned = await part(async () => {
    const s3 = new S3Client({ ...withPaths(clients), region });
    const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket: hostname }));
    return Status === "Enabled";
  });
  return { url, versioned };
}

const provider = z.object({ secretsprovider: z.string().optional(), encryptionsalt: z.string().optional() });

/** By the stack's file, where Pulumi writes it. */
async function secretsOf({ file, environment }: StackContext): Promise<SecretsProvider | undefined> {
  const { secretsprovider: address, encryptionsalt } = provider.parse(parse(file.text()));
  if (address === undefined || address === "passphrase") {
    if (encryptionsalt === undefined) return undefined;
    const isEmpty = environment.PULUMI_CONFIG_PASSPHRASE === "" && !environment.PULUMI_CONFIG_PASSPHRASE_FILE;
    return { address: passphrase, key: undefined, ...(isEmpty && { isEmpty }) };
  }
  if (!address.startsWith("awskms://")) return { address, key: undefined };
  // gocloud.dev/secrets/awskms: awskms://KEY?region=REGION; of an ARN the host is empty.
  const { host, pathname, searchParams } = new URL(
    address.replace("awskms:", "http:").replace("http:///", "http://arn/"),
  );
  const id = host === "arn" ? pathname.slice(1) : `${host}${pathname}`;
  const clients = ownClients(file.readAny(), environment);
  const kms = new KMSClient({
    ...clients,
    region: searchParams.get("region") ?? environment.AWS_REGION ?? clients.region,
  });
  const key = await part(async () => {
    const { KeyMetadata: found } = await kms.send(new DescribeKeyCommand({ KeyId: id }));
    return { arn: found?.Arn ?? id, enabled: found?.Enabled === true };
  });
  return { address, key };
}
