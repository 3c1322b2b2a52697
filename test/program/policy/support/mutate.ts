import { toJson } from "@metrics-link/envoy";
import type { Seen } from "@metrics-link/policy";
import { canonicalRelease, parseRelease, type Release, releaseIdOf, sha256 } from "@metrics-link/release";
import type { Asked } from "@metrics-link/review";
import { parse, stringify } from "yaml";
import { changeEnvoy } from "../../../support/envoy-files.ts";
import type { Deployed } from "./deployed.ts";

// Every resource type has inputs of its own shape, and a mutation knows which it changes.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Props = any;

/** Changes a copy of a program's outputs. */
export class Mutant {
  readonly deployed: Deployed;

  constructor(original: Deployed) {
    this.deployed = structuredClone(original);
  }

  /** Changes the resources of a type, or the one of them that has this name. It must be there. */
  edit(
    type: string,
    change: (props: Props, resource: { -readonly [Key in keyof Seen]: Seen[Key] }) => void,
    name?: string,
  ) {
    for (const list of [this.deployed.inputs, this.deployed.outputs]) {
      const found = list.filter((one) => one.type === type && (name === undefined || one.name === name));
      if (list.length > 0 && found.length === 0) throw new Error(`there is no ${type} ${name ?? ""} to change`);
      for (const resource of found) change(resource.props, resource);
    }
    // Options of a request are fields of it, and no part of what is changed here.
    const like = this.deployed.inputs.find((one) => one.type === type && (name === undefined || one.name === name));
    const unseen = structuredClone(like) as Seen;
    for (const { fields } of this.asked(type, name)) change(fields.object, unseen);
  }

  /** The registrations of a type, or of the one that has this name, as the program asks them of the engine. */
  asked(type: string, name?: string): { fields: Record<string, Props> }[] {
    return this.deployed.asked.filter(
      (one) => one.call === "registerResource" && one.type === type && (name === undefined || one.name === name),
    ) as { fields: Record<string, Props> }[];
  }

  /** Changes what the stack says of itself at the end. */
  stackOutputs(change: (outputs: Props) => void): void {
    for (const { type, props } of this.deployed.outputs) if (type === "pulumi:pulumi:Stack") change(props);
    for (const { call, type, fields } of this.deployed.asked) {
      if (call === "registerResourceOutputs" && type === "pulumi:pulumi:Stack") change(fields.outputs);
    }
  }

  /** Adds a resource like one that is there, with other properties. */
  add(
    type: string,
    props: Props,
    provider: Seen["provider"] = this.deployed.inputs.find((one) => one.provider)?.provider,
  ) {
    const [like] = this.deployed.inputs;
    if (like === undefined) throw new Error("there is nothing");
    const name = "added";
    const added: Seen = { ...like, type, name, urn: `${like.urn}-${name}`, props: { ...props } };
    for (const list of [this.deployed.inputs, this.deployed.outputs] as Seen[][]) {
      list.push(structuredClone(provider && type.startsWith("aws:") ? { ...added, provider } : added));
    }
    this.ask({ call: "registerResource", type, name, fields: { custom: true, object: { ...props } } });
  }

  /** Asks something more of the engine. */
  ask(asked: Asked): void {
    (this.deployed.asked as Asked[]).push(structuredClone(asked));
  }

  remove(type: string): void {
    const left = this.deployed.asked.filter((one) => one.type !== type);
    (this.deployed.asked as Asked[]).splice(0, this.deployed.asked.length, ...left);
    for (const list of [this.deployed.inputs, this.deployed.outputs] as Seen[][]) {
      const kept = list.filter((one) => one.type !== type);
      if (kept.length === list.length) throw new Error(`there is no ${type} to remove`);
      list.splice(0, list.length, ...kept);
    }
  }

  /** Changes the release, names it anew and points at it, as a program that means it would. */
  release(change: (release: Release) => void): void {
    let releaseId = "";
    this.edit("aws:s3/bucketObjectv2:BucketObjectv2", (props) => {
      if (!/^releases\/[^/]+\/[0-9a-f]{64}\.json$/.test(props.key)) return;
      const release = parseRelease(JSON.parse(props.content));
      change(release);
      for (const file of release.files) file.sha256 = sha256(file.content);
      props.content = canonicalRelease(release);
      releaseId = releaseIdOf(props.content);
      props.key = `releases/${release.host}/${releaseId}.json`;
    });
    this.edit("aws:s3/bucketObjectv2:BucketObjectv2", (props) => {
      if (/^releases\/[^/]+\/current\.json$/.test(props.key)) {
        props.content = JSON.stringify({ ...JSON.parse(props.content), releaseId });
      }
    });
  }

  /** Changes the text of a file of the release. It must become another one. */
  file(path: string, change: (content: string) => string): void {
    this.release((release) => {
      const file = release.files.find((one) => one.path === path);
      if (file === undefined) throw new Error(`the release has no ${path}`);
      const changed = change(file.content);
      if (changed === file.content) throw new Error(`${path} is what it was`);
      file.content = changed;
    });
  }

  /** Changes what a file says, in the format that its name's end tells. */
  document(path: string, change: (document: Props) => void): void {
    this.file(path, (content) => {
      const document = parse(content);
      change(document);
      return path.endsWith(".json")
        ? toJson(document)
        : stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
    });
  }

  /** Changes Envoy's bootstrap, with the ingest listener as the first of a receiver's. */
  envoy(change: (bootstrap: Props) => void): void {
    this.release(({ files }) => changeEnvoy(files, change));
  }

  /** Changes the receiver's chain for its sender, or the one for everybody else. */
  chain(change: (chain: Props) => void, name = "account-a"): void {
    this.envoy(({ static_resources: { listeners } }) => {
      change(
        listeners.find((one: Props) => one.name === "ingest").filter_chains.find((one: Props) => one.name === name),
      );
    });
  }

  /** Changes the sender's cluster towards the receiver. */
  cluster(change: (cluster: Props) => void): void {
    this.envoy(({ static_resources: { clusters } }) => change(clusters.find((one: Props) => one.name === "receiver")));
  }
}

export const tlsOf = (part: Props): Props => part.transport_socket.typed_config;
export const trustOf = (part: Props): Props => tlsOf(part).common_tls_context.combined_validation_context;
export const managerOf = (chain: Props): Props => chain.filters.at(-1).typed_config;
export const routesOf = (chain: Props): Props => managerOf(chain).route_config.virtual_hosts[0].routes;

type Change = (it: Mutant) => void;
/** A change by one method of a mutant. */
const by =
  <Method extends "edit" | "add" | "remove" | "file" | "document" | "envoy" | "chain" | "cluster">(method: Method) =>
  (...words: Parameters<Mutant[Method]>): Change =>
  (it) =>
    (it[method] as (...words: Parameters<Mutant[Method]>) => void)(...words);

export const edit = by("edit");
export const add = by("add");
export const remove = by("remove");
export const inFile = by("file");
export const inDocument = by("document");
export const inEnvoy = by("envoy");
export const inChain = by("chain");
export const inCluster = by("cluster");

/**
 * Sets properties of the resources of a type, or of the one of them that has this name.
 * @param values by path, `versioningConfiguration.status` or `rules.0.name`; undefined deletes the property
 */
export const set = (type: string, values: Readonly<Record<string, unknown>>, name?: string): Change =>
  edit(
    type,
    (props) => {
      for (const [path, value] of Object.entries(values)) {
        const keys = path.split(".");
        const last = keys.pop() ?? "";
        const owner = keys.reduce((found: Props, key) => found[key], props);
        if (value === undefined) delete owner[last];
        else owner[last] = structuredClone(value);
      }
    },
    name,
  );
