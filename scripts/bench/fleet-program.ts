import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseJson } from "@metrics-link/contract";
import { releaseTextIn } from "@metrics-link/release";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { z } from "zod";
import { cpuSeconds, fleetInput, measuredBy, outputsOf, quotas, sendersSection, stackOf } from "./fleet-input.ts";
import type { Leaf, Member } from "./fleet-members.ts";

const costOf = z.object({
  programSeconds: z.number(),
  resources: z.number(),
  /** The text of the release, and what of it stands in the state, once. */
  releaseBytes: z.number(),
  stateBytes: z.number(),
  /** Of all outputs as JSON. The next update reads them, 4 MiB at most (stacks/stack-outputs.ts). */
  outputBytes: z.number(),
});
export type Cost = z.output<typeof costOf>;

/**
 * Runs a receiver's real program with these senders in a process of its own, as Pulumi does, with Pulumi's mocks in the place of engine and
 * providers. CPU time of the whole process: a preview loads the program as well.
 */
export const programWith = (senders: readonly Member[], leaf: Leaf): Cost =>
  measuredBy(fileURLToPath(import.meta.url), "program", costOf, senders, leaf);

async function run(senders: readonly Member[], leaf: Leaf): Promise<Cost> {
  let resources = 0;
  const release = { content: undefined as unknown, contentBase64: undefined as unknown };
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => {
        resources += 1;
        if (name === "receiver-release") Object.assign(release, inputs);
        return { id: id || `${name}-id`, state: { ...inputs, arn: `arn:${name}`, ...computed(type, name, leaf) } };
      },
      call: ({ token, inputs }) => (token === "aws:ec2/getVpcs:getVpcs" ? { ids: [] } : inputs),
    },
    "metrics-link",
    "bench",
    false,
    "organization",
  );
  answerNoOutputs();
  pulumi.runtime.setAllConfig(configurationOf(senders));
  const { default: program } = await import("@metrics-link/stacks");
  const outputs = await program(async (stack) => {
    const sender = senders.find((one) => stackOf(one) === stack);
    return sender === undefined ? {} : outputsOf(sender);
  });
  const told = await new Promise<string>((resolve) =>
    pulumi.output(outputs).apply((found) => resolve(JSON.stringify(found))),
  );
  await pulumi.runtime.disconnect();
  const programSeconds = cpuSeconds();
  const stored = [release.content, release.contentBase64].find((one) => typeof one === "string") ?? "";
  return {
    programSeconds,
    resources,
    releaseBytes: Buffer.byteLength(releaseTextIn(release)),
    stateBytes: Buffer.byteLength(String(stored)),
    outputBytes: Buffer.byteLength(told),
  };
}

/** The stack has no last update. The stacks read its outputs by the call under the SDK's, which the mocks do not have (grpc.Client). */
function answerNoOutputs(): void {
  // pulumirpc.InvokeResponse with a google.protobuf.Struct as its field 1, in which `outputs` is an empty Struct.
  const bytes = Buffer.concat([
    Buffer.from([0x0a, 15, 0x0a, 13, 0x0a, 7]),
    Buffer.from("outputs"),
    Buffer.from([0x12, 2, 0x2a, 0]),
  ]);
  type Callback = (error: null, bytes: Buffer) => void;
  Object.assign(pulumi.runtime.getMonitor() ?? {}, {
    makeUnaryRequest: (...[, , , , , callback]: [string, unknown, unknown, Buffer, unknown, Callback]) =>
      callback(null, bytes),
  });
}

/** What a provider would compute, as far as the program reads it. */
function computed(type: string, name: string, { key, certificate }: Leaf): Readonly<Record<string, unknown>> {
  if (type === "tls:index/privateKey:PrivateKey") {
    return { privateKeyPem: key, privateKeyPemPkcs8: key, publicKeyPem: `PUBLIC ${name}` };
  }
  if (type === "tls:index/certRequest:CertRequest") return { certRequestPem: `REQUEST ${name}` };
  if (/^tls:index\/(selfSigned|locallySigned)Cert:/.test(type)) {
    return {
      certPem: certificate,
      validityStartTime: new Date().toISOString(),
      validityEndTime: new Date(Date.now() + 30 * 86_400_000).toISOString(),
    };
  }
  if (type === "aws:ec2/eip:Eip") return { allocationId: `${name}-allocation`, publicIp: "11.255.255.1" };
  if (type === "aws:ec2/vpcEndpoint:VpcEndpoint") return { prefixListId: "pl-s3" };
  if (type === "aws:secretsmanager/secret:Secret") {
    return { arn: "arn:aws:secretsmanager:eu-west-1:222222222222:secret:metrics-link/receiver/release-AbCdEf" };
  }
  if (type === "aws:secretsmanager/secretVersion:SecretVersion") return { versionId: "version-1" };
  if (type === "aws:kms/key:Key") return { keyId: "1" };
  return {};
}

/** The example's, with the fleet in it, and a root in the state. */
function configurationOf(senders: readonly Member[]): Record<string, string> {
  const file = new URL("../../stacks/examples/receiver.yaml", import.meta.url);
  const { config } = z.object({ config: z.record(z.string(), z.unknown()) }).parse(parse(readFileSync(file, "utf8")));
  const section = (name: string) => z.record(z.string(), z.unknown()).parse(config[`metrics-link:${name}`]);
  const changed: Record<string, unknown> = {
    ...config,
    "metrics-link:pki": { ...section("pki"), root: "trial" },
    "metrics-link:network": { ...section("network"), ...quotas },
    "metrics-link:tools": { acceptUnpinned: true },
    "metrics-link:senders": sendersSection(senders),
  };
  return Object.fromEntries(
    Object.entries(changed).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { senders, leaf } = parseJson(fleetInput, await text(process.stdin), "the fleet");
  console.log(JSON.stringify(await run(senders, leaf)));
}
