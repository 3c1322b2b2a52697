import type { ResourceRule, Seen } from "../model/policy.ts";
import { types } from "../model/types.ts";

/** Where private keys are at home: what makes and signs with them, and the secret that carries them to the host. */
const home: readonly string[] = [
  types.secretVersion,
  types.privateKey,
  types.certRequest,
  types.selfSignedCert,
  types.locallySignedCert,
];

export const noKeyMaterial: ResourceRule = {
  kind: "resource",
  name: "no-key-material",
  fence: "host",
  rule: "No private key and no access key stands in user data, tags, commands, parameters, objects or anything else that is not a secret.",
  reason: "All of that is read by many, logged, and never rotated.",
  remedy: "Hand it over as a secret file of the host; a release refers to it by ARN and version.",
  source: "docs/architecture.md, Hosts; AWS Well-Architected SEC02-BP03; CIS AWS Foundations 1.13",
  *check(resource) {
    if (home.includes(resource.type)) return;
    for (const [key, place] of Object.entries(keysIn(resource))) yield `${place} holds ${key}`;
  },
};

const patterns: Readonly<Record<string, RegExp>> = {
  "a private key": /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  "an access key of AWS": /\b(AKIA|ASIA)[0-9A-Z]{16}\b/,
};

/** What looks like a key, and the property it was found in: the text itself, and what it decodes to. */
export function keysIn({ props }: Pick<Seen, "props">): Record<string, string> {
  const found: Record<string, string> = {};
  for (const property of Object.keys(props)) {
    for (const text of textsOf(props[property])) {
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
