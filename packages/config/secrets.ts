/** The secrets of a stack's configuration: which keys hold one, and how errors speak of them. */

import { text } from "@metrics-link/contract";
import { scrapeSecretName } from "@metrics-link/release";
import { z } from "zod";
import { key } from "./values.ts";

/** All that a release may carry, in bytes of JSON. Secrets Manager takes 65,536 bytes; the leaf's key is among them. */
const mostBytes = 60_000;

/**
 * A secret that Prometheus reads from a file. It cuts off what is blank at both ends (prometheus/common, `FileSecret`),
 * so a password with a blank there would be another one.
 * @param what it is, for whoever gave another value
 */
export const secretValue = (what: string) => {
  const remedy = `${what}, set with --secret; not empty, and without blanks at its beginning and end`;
  return text(remedy).regex(/^\S(?:[\s\S]*\S)?\r?\n?$/, { error: remedy });
};

/** Secrets by the name by which a scrape job asks for its file. */
export const scrapeSecrets = z
  .record(
    z.string().regex(scrapeSecretName, {
      error: "a name of a-z, 0-9, - and _ that begins with a letter, 63 characters at most",
    }),
    secretValue("a password, a token, a certificate or a key"),
    { error: "names, each with a secret" },
  )
  .refine((secrets) => Buffer.byteLength(JSON.stringify(secrets)) <= mostBytes, {
    error: `at most ${mostBytes} bytes in all: AWS Secrets Manager takes 65,536 of a host`,
  });

/** A certificate by which a client identifies itself. */
export const clientCertificate = z.strictObject(
  {
    certificate: key(text("a PEM file of the repository, relative to its root"), {
      description: "A PEM file of the repository: the certificate by which this Prometheus identifies itself there.",
      range: "a file",
      example: "monitoring/client.pem",
    }),
    key: key(secretValue("a private key in PEM"), {
      description: "The certificate's private key: a secret, see [below](#alertmanagers).",
      range: "PEM, not encrypted",
      example: "secure: …",
    }),
  },
  { error: "certificate and key" },
);

/** The keys that hold a secret, without their namespace and with list indices as numbers. No other key may hold one. */
const secretKeys =
  /^prometheus\.(secrets\.[^.]+|alertmanagers\.\d+\.(basicAuth\.password|bearerToken|clientCertificate\.key))$/;

/** Whether a key of a stack's configuration holds a secret. @param path without the namespace, parts joined by dots */
export const isSecretKey = (path: string): boolean => secretKeys.test(path);

/** The keys of a configuration that hold a secret, each as its path. */
export function secretPathsIn(configuration: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (isSecretKey(path.join("."))) return [path];
  if (typeof configuration !== "object" || configuration === null) return [];
  return Object.entries(configuration).flatMap(([key, inner]) => secretPathsIn(inner, [...path, key]));
}

/** Names as people give them to keys of secrets, in whatever product. */
const telling = /pass|secret|token|credential|auth|key$/i;

/**
 * A value as an error may show it. A wrong value at a key of a secret may be one, and so may the value of a key that does
 * not exist: `basic_auth` for `basicAuth`.
 */
export function shownValue(value: unknown, path: readonly PropertyKey[], isUnknownKey: boolean): unknown {
  if (value === undefined) return undefined;
  const mayBeSecret = path.some((part) => telling.test(String(part))) || hasTellingKey(value);
  return mayBeSecret || (isUnknownKey && hasText(value)) ? "(not shown: it may be a secret)" : value;
}

const isMapping = (value: unknown): value is object => typeof value === "object" && value !== null;

const hasTellingKey = (value: unknown): boolean =>
  isMapping(value) && Object.entries(value).some(([key, inner]) => telling.test(key) || hasTellingKey(inner));

const hasText = (value: unknown): boolean =>
  typeof value === "string" || (isMapping(value) && Object.values(value).some(hasText));
