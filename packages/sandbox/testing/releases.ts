import { LinkError } from "@metrics-link/contract";
import {
  canonicalRelease,
  parseRelease,
  type Release,
  releaseIdOf,
  releaseKeys,
  sha256,
  unpackedRelease,
} from "@metrics-link/release";
import { pulumiOf, type Sandbox } from "../cli/sandbox.ts";
import { roleOf } from "../cli/stack-files.ts";
import { accounts, region, type Side } from "../world/accounts.ts";
import { S3 } from "./clients.ts";
import { clientOptions, deployer } from "./sessions.ts";

/** The bucket that the stack with an account's host makes. */
export const bucketOf = (host: Side) => `metrics-link-${roleOf(host)}-${accounts[host]}-${region}`;

/** The bucket of a host's account, written directly, not by Pulumi: releases that our program would never make. */
export class Releases {
  readonly #host: Side;
  readonly #s3: S3;
  /** The id of the release that the stack has published. */
  readonly published: string;

  private constructor(host: Side, s3: S3, published: string) {
    this.#host = host;
    this.#s3 = s3;
    this.published = published;
  }

  static async of(sandbox: Sandbox, host: Side): Promise<Releases> {
    const s3 = new S3(clientOptions(sandbox.layout, await deployer(sandbox.layout, accounts[host])));
    return new Releases(host, s3, await pulumiOf(sandbox, host).text(host, "release"));
  }

  /** Publishes the stack's release with a change, and points the host at it. @returns its id */
  async publish(change: (release: Release) => Release): Promise<string> {
    const key = releaseKeys.release(roleOf(this.#host), this.published);
    const { Body } = await this.#s3.getObject({ Bucket: this.#bucket, Key: key });
    const release = parseRelease(
      JSON.parse(unpackedRelease((await Body?.transformToByteArray()) ?? Buffer.of()).toString()),
    );
    const text = canonicalRelease(parseRelease(change(release)));
    const id = releaseIdOf(text);
    await this.#put(releaseKeys.release(roleOf(this.#host), id), text);
    await this.#put(releaseKeys.current(roleOf(this.#host)), JSON.stringify({ formatVersion: 1, releaseId: id }));
    return id;
  }

  /** Points the host at the stack's release again. */
  async withdraw(): Promise<void> {
    const pointer = { formatVersion: 1, releaseId: this.published };
    await this.#put(releaseKeys.current(roleOf(this.#host)), JSON.stringify(pointer));
  }

  get #bucket(): string {
    return bucketOf(this.#host);
  }

  async #put(Key: string, Body: string): Promise<void> {
    await this.#s3.putObject({ Bucket: this.#bucket, Key, Body, ContentType: "application/json" });
  }
}

/** A release with every occurrence of a text replaced in one of its files. @throws LinkError when it does not occur */
export function edited(release: Release, path: string, text: string, by: string): Release {
  const file = release.files.find((one) => one.path === path);
  if (!file?.content.includes(text)) {
    throw new LinkError("RELEASE_INVALID", { what: `${path} does not contain ${text}` });
  }
  const content = file.content.replaceAll(text, by);
  const files = release.files.map((one) => (one === file ? { ...one, content, sha256: sha256(content) } : one));
  return { ...release, files };
}
