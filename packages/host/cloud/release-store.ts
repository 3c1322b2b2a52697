import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { LinkError, parseJson } from "@metrics-link/contract";
import {
  type Architecture,
  type Artifact,
  hostPlatforms,
  parseArtifactIndex,
  type ReleaseTool,
  releaseKeys,
  requirePinned,
  suffixOf,
  type ToolPin,
} from "@metrics-link/release";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { AgentBundle } from "../bundle/index.ts";
import { etagOf } from "./etag.ts";
import { bucketName } from "./names.ts";
import { bucketPolicy } from "./policies.ts";

/** An artifact, and its file on the deployer's machine. */
export interface LocatedArtifact extends Artifact {
  readonly path: string;
}

/**
 * Reads from the index of tools that the set-up wrote (`artifacts/index.json` in the cache) those for hosts of a processor.
 * @throws LinkError `ARTIFACTS_INVALID` or `JSON_INVALID` naming the file
 */
export function locateArtifacts(indexFile: string, architecture: Architecture): LocatedArtifact[] {
  let text: string;
  try {
    text = readFileSync(indexFile, "utf8");
  } catch (cause) {
    throw new LinkError("ARTIFACTS_INVALID", {
      what: `There is no index of tools at ${indexFile}`,
      next: "run `npm run setup` first",
      cause,
    });
  }
  return parseArtifactIndex(parseJson(z.unknown(), text, indexFile))
    .filter(({ platform }) => platform === hostPlatforms[architecture])
    .map((artifact) => ({ ...artifact, path: resolve(dirname(indexFile), artifact.file) }));
}

/** An upload whose key contains its hash. */
export interface Upload {
  /** For messages, such as "agent" or "tool envoy 1.40.0". */
  readonly what: string;
  readonly key: string;
  readonly object: aws.s3.BucketObjectv2;
}

/** The uploads that this update leaves out by `--target` or `--exclude`: the bucket keeps those of an earlier one. */
export const leftOut = (uploads: readonly Upload[]): pulumi.Output<string[]> =>
  pulumi
    .all(uploads.map(({ object }) => object.key))
    .apply((keys) => uploads.filter(({ key }, index) => keys[index] !== key).map(({ what }) => what));

export interface ReleaseStoreArgs {
  /** Part of the bucket's name, such as the stack's name. */
  readonly storeName: string;
  readonly account: {
    readonly id: string;
    readonly region: string;
    /** The role of this update; when set, nobody else may change the bucket's content. */
    readonly assumeRole?: string | undefined;
  };
  /** The agent that hosts run, from `bundleAgent`. */
  readonly agent: AgentBundle;
  /** The tools that hosts may run; each is uploaded once and named by its hash. */
  readonly artifacts: readonly LocatedArtifact[];
  /** The pin of each tool. */
  readonly pins: Readonly<Record<string, ToolPin>>;
  /** Accepts tools without a known official hash. Never in an account that matters. */
  readonly acceptUnpinned: boolean;
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * The account's bucket of releases: tools and the agent, each named by its hash, and one document for each release.
 * Nothing in it is secret. Hosts trust its content because a release contains the hashes, and is itself named by its hash.
 *
 * What is named by its hash is never deleted by an update: the pointer, the first-boot list or a release may still refer
 * to it when `--target` leaves them out. It goes with the bucket, which is protected.
 */
export class ReleaseStore extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;
  readonly bucketArn: pulumi.Output<string>;
  /** Known without AWS, because user data contains it. */
  readonly bucketName: string;
  readonly tools: ReadonlyMap<string, ReleaseTool>;
  readonly agent: { readonly sha256: string; readonly key: string };
  /** Resolves once this stack has the bucket. Its name is fixed: of two stacks of one role in an account, one gets it. */
  readonly claimed: Promise<void>;
  readonly acceptUnpinned: boolean;
  /** The uploads and the bucket's settings, which must exist before a host boots. */
  readonly contents: readonly pulumi.Resource[];
  readonly #uploads: ReadonlyMap<string, Upload>;

  constructor(name: string, args: ReleaseStoreArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("metrics-link:host:ReleaseStore", name, {}, options);
    requirePinned(args.artifacts, args.pins, args);
    const own = { parent: this };
    const tags = args.tags ?? {};
    this.acceptUnpinned = args.acceptUnpinned;
    this.bucketName = bucketName(args.storeName, args.account);

    const bucket = new aws.s3.Bucket(
      `${name}-bucket`,
      // Emptied when it is deleted, which takes a person who lifts the protection first.
      { bucket: this.bucketName, forceDestroy: true, tags: { ...tags, Name: this.bucketName } },
      { ...own, protect: true },
    );
    this.claimed = new Promise((resolve) => bucket.urn.apply(() => resolve()));
    const settings = [
      new aws.s3.BucketPublicAccessBlock(
        `${name}-private`,
        {
          bucket: bucket.id,
          blockPublicAcls: true,
          blockPublicPolicy: true,
          ignorePublicAcls: true,
          restrictPublicBuckets: true,
        },
        own,
      ),
      new aws.s3.BucketOwnershipControls(
        `${name}-ownership`,
        { bucket: bucket.id, rule: { objectOwnership: "BucketOwnerEnforced" } },
        own,
      ),
      new aws.s3.BucketVersioning(
        `${name}-versions`,
        { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } },
        own,
      ),
      new aws.s3.BucketServerSideEncryptionConfiguration(
        `${name}-encryption`,
        // Nothing here is secret, and a booting host should depend on S3 only, so S3's own key is enough.
        { bucket: bucket.id, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
        own,
      ),
      new aws.s3.BucketPolicy(
        `${name}-bucket-policy`,
        {
          bucket: bucket.id,
          policy: bucket.arn.apply((arn) => JSON.stringify(bucketPolicy(arn, args.account.assumeRole))),
        },
        own,
      ),
    ];

    const { agent: bundle } = args;
    this.agent = { sha256: bundle.sha256, key: releaseKeys.agent(bundle.sha256) };
    const upload = (
      { suffix, what, key }: Pick<Upload, "what" | "key"> & { readonly suffix: string },
      content: { readonly source: pulumi.asset.Asset; readonly sourceHash: string; readonly etag?: string | undefined },
    ): Upload => ({
      what,
      key,
      object: new aws.s3.BucketObjectv2(
        `${name}-${suffix}`,
        { bucket: bucket.id, key, ...content, tags },
        { ...own, dependsOn: settings, retainOnDelete: true },
      ),
    });
    this.tools = new Map(args.artifacts.map((artifact) => [artifact.name, stored(artifact, args.pins)]));
    this.#uploads = new Map([
      [
        "agent",
        upload(
          { suffix: "agent", what: "agent", key: this.agent.key },
          {
            source: new pulumi.asset.FileAsset(bundle.path),
            sourceHash: bundle.sha256,
            etag: etagOf(bundle.text),
          },
        ),
      ],
      ...args.artifacts.map((artifact) => {
        const { name: tool, version, path, sha256 } = artifact;
        const about = { suffix: `tool-${tool}`, what: `tool ${tool} ${version}`, key: stored(artifact, args.pins).key };
        return [tool, upload(about, { source: new pulumi.asset.FileAsset(path), sourceHash: sha256 })] as const;
      }),
    ]);
    this.contents = [...settings, ...[...this.#uploads.values()].map(({ object }) => object)];
    this.bucket = bucket.id;
    this.bucketArn = bucket.arn;
    this.registerOutputs({ bucket: this.bucket });
  }

  /** The uploads of the agent and of these tools. */
  uploads(tools: readonly string[]): Upload[] {
    return ["agent", ...tools].flatMap((name) => this.#uploads.get(name) ?? []);
  }

  /** @throws LinkError `ARTIFACTS_INVALID` naming the tool and the tools in the store */
  tool(name: string): ReleaseTool {
    const found = this.tools.get(name);
    if (found) return found;
    throw new LinkError("ARTIFACTS_INVALID", {
      what: `The artifact index has no ${name}, only ${[...this.tools.keys()].join(", ")}`,
      next: "run `npm run setup` again",
    });
  }
}

/** An artifact with its key in the bucket, and the day of its pin. */
function stored(
  { name, version, sha256, size, file, executables }: LocatedArtifact,
  pins: ReleaseStoreArgs["pins"],
): ReleaseTool {
  const pinnedOn = pins[name]?.pinned?.on;
  const key = releaseKeys.tool(name, version, sha256, suffixOf(file));
  return { name, version, sha256, size, key, executables, ...(pinnedOn === undefined ? {} : { pinnedOn }) };
}
