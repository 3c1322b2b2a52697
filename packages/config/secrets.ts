import { printableLines, text } from "@metrics-link/contract";
import { ownScrapeSecrets, scrapeSecretName } from "@metrics-link/release";
import { z } from "zod";
import { key, path } from "./values.ts";

/** All that a release may carry, in bytes of JSON. Secrets Manager takes 65,536 bytes; the leaf's key is among them. */
const mostBytes = 60_000;
/** A chain of certificates takes a few thousand. */
const mostCharacters = 20_000;

/**
 * A secret that Prometheus reads from a file. It cuts off what is blank at both ends (prometheus/common, `FileSecret`),
 * so a password with a blank there would be another one.
 * @param what it is, for whoever gave another value
 */
export const secretValue = (what: string) => {
  const remedy = `${what}, set with --secret: 1 to ${mostCharacters} characters, without blanks at either end and without control characters`;
  return text(remedy)
    .refine(
      (found) => {
        const lines = found.replaceAll("\r\n", "\n").replace(/\n$/, "");
        return (
          lines !== "" && found.length <= mostCharacters && lines.trim() === lines && printableLines(lines) === lines
        );
      },
      { error: remedy },
    )
    .meta({ secret: true });
};

const ownSecrets = Object.values(ownScrapeSecrets);

/** Secrets by the name by which a scrape job asks for its file. */
export const scrapeSecrets = z
  .record(
    z.string().regex(scrapeSecretName, {
      error: "a name of a-z, 0-9, - and _ that begins with a letter, 63 characters at most",
    }),
    secretValue("a password, a token, a certificate or a key"),
    { error: "names, each with a secret" },
  )
  .refine((secrets) => Object.keys(secrets).every((name) => !(ownSecrets as readonly string[]).includes(name)), {
    error: `other names than ${ownSecrets.join(" and ")}, which are the host's own certificate and key for scraping`,
  })
  .refine((secrets) => Object.keys(secrets).length <= 100, { error: "at most 100 secrets" })
  .refine((secrets) => Buffer.byteLength(JSON.stringify(secrets)) <= mostBytes, {
    error: `at most ${mostBytes} bytes in all: AWS Secrets Manager takes 65,536 of a host`,
  });

/** A certificate by which a client identifies itself. */
export const clientCertificate = z.strictObject(
  {
    certificate: key(path("file"), {
      description: "A PEM file of the repository: the certificate by which this Prometheus identifies itself there.",
      range: "a file",
      example: "monitoring/client.pem",
    }),
    key: key(secretValue("a private key in PEM"), {
      description: "The certificate's private key: a secret, see [below](#alertmanagers).",
      range: "PEM, not encrypted",
      example: "secure: …",
      secret: true,
    }),
  },
  { error: "a section with the keys certificate, key" },
);
