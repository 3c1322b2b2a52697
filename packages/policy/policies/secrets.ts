import { secretsInClear } from "@metrics-link/release";
import { parseAllDocuments } from "yaml";
import {
  type AnyConfiguration,
  checked,
  everyResourceRule,
  type Policy,
  resourceRule,
  stackRule,
} from "../model/policy.ts";
import { checkRelease, type PublishedRelease } from "../model/release.ts";
import { stacksIn, types } from "../model/resources.ts";

/** The resources that hold private keys: those that create and sign with them, and the secret that carries them to the host. */
const keyHolders: readonly string[] = [
  types.secretVersion,
  types.privateKey,
  types.certRequest,
  types.selfSignedCert,
  types.locallySignedCert,
];

/** What everybody may read. */
export const outputsArePublic: Policy<AnyConfiguration> = stackRule(
  {
    name: "outputs-are-public",
    fence: "pki",
    rule: "No output of the stack holds a private key, not even a secret output.",
    reason: "Other stacks and people read outputs.",
    remedy: "Remove it from what the program returns.",
    source: "docs/decisions/0001; Pulumi's documentation, Stack outputs and secrets",
  },
  function* (resources) {
    for (const stack of stacksIn(resources)) {
      yield* checked(stack, function* () {
        for (const [key, output] of Object.entries(keysIn(stack.props))) yield `the output ${output} holds ${key}`;
      });
    }
  },
);

/** Where keys may be, and how they are kept. */
export const secrets: readonly Policy[] = [
  everyResourceRule(
    {
      name: "no-key-material",
      fence: "host",
      rule: "Private keys, access keys and every secret of Prometheus' configuration are in secrets only: not in user data, tags, commands, parameters, objects or releases.",
      reason: "Many can read those, logs keep them, and nobody rotates them.",
      remedy:
        "Pass it as a secret file of the host, which a release refers to by ARN and version; a scrape job's is a key of prometheus.secrets.",
      source:
        "docs/architecture.md, Hosts; docs/decisions/0715; AWS Well-Architected SEC02-BP03; CIS AWS Foundations 1.13",
    },
    function* ({ type, props }) {
      if (keyHolders.includes(type)) return;
      for (const [key, property] of Object.entries(keysIn(props))) yield `${property} holds ${key}`;
      if (type === types.bucketObject) yield* checkRelease(props, secretsOfPrometheus);
    },
  ),

  outputsArePublic,

  resourceRule(
    {
      name: "secrets-have-their-own-key",
      fence: "host",
      rule: "A secret is encrypted with a customer-managed key that rotates and has a deletion window of at least 14 days.",
      reason: "AWS' own key decrypts for every role in the account that may read secrets.",
      remedy: "Set kmsKeyId of the secret, enableKeyRotation of the key, and a deletion window of 30 days.",
      source: "docs/decisions/0202; CIS AWS Foundations 3.6; AWS Security Hub KMS.4",
    },
    {
      *secret({ kmsKeyId }) {
        if (!kmsKeyId) yield "kmsKeyId is not set";
      },
      *key(props) {
        if (props.enableKeyRotation !== true) yield "enableKeyRotation is not true";
        if ((props.deletionWindowInDays ?? 30) < 14) yield `deletionWindowInDays is ${props.deletionWindowInDays}`;
      },
    },
  ),
];

/** The files of a release that hold scrape jobs or anything else of Prometheus' configuration; rules have no secrets. */
const configurations = /^prometheus\/(?!rules\/|alerts\.yml$).*\.ya?ml$/;

function* secretsOfPrometheus({ release }: PublishedRelease): Generator<string> {
  for (const { path, content } of release.files.filter((file) => configurations.test(file.path))) {
    const fields = secretFieldsIn(content);
    if (fields === undefined) yield `${path} cannot be read, so it may hold a secret in clear`;
    for (const field of fields ?? []) yield `${path} holds ${field} in clear`;
  }
}

/** Undefined if the text cannot be read: a parser's message may quote a secret. */
function secretFieldsIn(text: string): string[] | undefined {
  try {
    const documents = parseAllDocuments(text, { merge: true, uniqueKeys: false, logLevel: "silent" });
    return [...documents].flatMap((document) => secretsInClear(document.toJS({ maxAliasCount: -1 })));
  } catch {
    return undefined;
  }
}

const patterns: Readonly<Record<string, RegExp>> = {
  "a private key": /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  "an access key of AWS": /\b(AKIA|ASIA)[0-9A-Z]{16}\b/,
};

/** What looks like a key, plain or in Base64, and the property that holds it. */
function keysIn(props: object): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [property, value] of Object.entries(props)) {
    for (const text of textsOf(value)) {
      const decoded = /^[A-Za-z0-9+/\n]{40,}={0,2}\s*$/.test(text)
        ? Buffer.from(text, "base64").toString("latin1")
        : "";
      for (const [name, pattern] of Object.entries(patterns)) {
        if (pattern.test(text) || pattern.test(decoded)) found[name] = property;
      }
    }
  }
  return found;
}

function* textsOf(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) {
    for (const [key, found] of Object.entries(value)) {
      yield key;
      yield* textsOf(found);
    }
  }
}
