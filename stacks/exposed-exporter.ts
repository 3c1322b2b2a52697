import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Beyond, type Configuration, configurationKey, scrapersOf } from "@metrics-link/config";
import {
  certificatesOf,
  InvalidInputError,
  LinkError,
  messageOf,
  readCertificates,
  rootFault,
  subjectText,
  unlessOtherText,
} from "@metrics-link/contract";
import { webConfigText } from "@metrics-link/exporter";
import { exporterFiles, type SecretFile, type StandardServicesArgs } from "@metrics-link/host";
import type { IssuedPki } from "@metrics-link/pki";
import { hostUsers, ports } from "@metrics-link/release";
import * as pulumi from "@pulumi/pulumi";
import { repositoryRoot } from "./repository-files.ts";

type Exposed = NonNullable<Configuration["nodeExporter"]["exposed"]>;

const path = ["nodeExporter", "exposed", "ca"] as const;

/** The root of the exporter's clients, if it cannot be used: so that it is told with everything else that is wrong. */
export const unusableClientRoot: Beyond = ({ nodeExporter }) => {
  const ca = nodeExporter?.exposed?.ca;
  if (ca === undefined) return [];
  try {
    clientRoot(ca);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.problems.map(({ remedy }) => ({ path, remedy }));
  }
};

/** What the exporter's unit needs; undefined without the section. */
export function exporterArgs({ nodeExporter, network }: Configuration): StandardServicesArgs["exporter"] {
  const { exposed } = nodeExporter;
  if (exposed === undefined) return undefined;
  return {
    scrapedFrom: scrapersOf(network, ports.exporter),
    admits: { clients: namesOf(exposed), authority: clientRoot(exposed.ca) },
  };
}

/** Its web configuration, with the leaf's key and the users' hashes. */
export function exporterSecret(
  { nodeExporter: { exposed } }: Configuration,
  { furtherLeaves: { exporter: leaf } }: IssuedPki,
): SecretFile[] {
  if (exposed === undefined) return [];
  if (leaf === undefined) throw new LinkError("INTERNAL", { what: "the exposed exporter has no leaf" });
  const { ca, users, rate } = exposed;
  const rest = { clientAuthority: clientRoot(ca), clientNames: namesOf(exposed), users, rate };
  const value = pulumi
    .all([leaf.chainPem, leaf.privateKeyPem])
    .apply(([certificateChain, privateKey]) => webConfigText({ certificateChain, privateKey, ...rest }));
  const user = hostUsers.nodeExporter;
  return [{ path: exporterFiles.webConfig, mode: "0400", owner: user, group: user, value: pulumi.secret(value) }];
}

const namesOf = ({ clients }: Exposed) => clients.map(({ dnsName }) => dnsName);

/**
 * The roots in a file, encoded anew. The exporter takes every certificate of it for an anchor, and an expired one without a
 * word.
 * @param now milliseconds, UTC
 * @param of the key that names the file, and the folder that it is relative to
 * @throws InvalidInputError naming the key
 */
export function clientRoot(
  file: string,
  now = Date.now(),
  of: { readonly key: string; readonly folder: string } = { key: configurationKey(path), folder: repositoryRoot },
): string {
  const refused = (remedy: string, cause?: unknown) =>
    new InvalidInputError(
      "The root of the exporter's clients cannot be used",
      [{ key: of.key, value: file, remedy }],
      "REPOSITORY_FILE_INVALID",
      { cause },
    );
  let text: string;
  try {
    text = readFileSync(resolve(of.folder, file), "utf8");
  } catch (error) {
    throw refused(`a file that can be read: ${messageOf(error)}`, error);
  }
  const otherwise = (why: string): never => {
    throw refused(`a file with only PEM certificates: ${why}`);
  };
  const roots = unlessOtherText(() => readCertificates(text), otherwise);
  if (roots.length === 0 || roots.length > 4) throw refused("a file with one to four generations of one root");
  const [name] = roots.map(({ subject }) => subject.replace(/ G\d+$/m, ""));
  for (const root of roots) {
    const fault = rootFault(root);
    if (fault !== undefined) throw refused(`roots alone: ${subjectText(root)} is none: ${fault}`);
    if (root.subject.replace(/ G\d+$/m, "") !== name) {
      throw refused("the root of one party: with two, each could issue the names of the other's clients");
    }
    if (now < root.validFromDate.getTime() || now > root.validToDate.getTime()) {
      throw refused(`roots that are valid now: ${subjectText(root)} is valid to ${root.validToDate.toISOString()}`);
    }
  }
  return unlessOtherText(() => certificatesOf(text).join(""), otherwise);
}
