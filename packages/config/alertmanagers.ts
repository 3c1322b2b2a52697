import { isIPv4 } from "node:net";
import { matching, text } from "@metrics-link/contract";
import { z } from "zod";
import { clientCertificate } from "./secrets.ts";
import { key, list, path, words } from "./values.ts";

const url =
  "an https URL without user and query, with a DNS name in lower case and a port of 1 to 65535 or none, such as https://alertmanager.example.com:9093";

/** RFC 1123 section 2.1. A last label of digits alone would be read as an address, which may be another one. */
const hostName = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Whether a text is a URL that Prometheus asks as it is written. Reading a URL can change it: `https://1.2.3` becomes
 * 1.2.0.3, and `/a/../b` becomes `/b`.
 */
function isAsked(found: string): boolean {
  const [, host = "", port, pathname = "/"] =
    /^https:\/\/([a-z0-9.-]+)(?::([1-9]\d{0,4}))?(\/[\w./-]*)?$/.exec(found) ?? [];
  if (found.length > 2000 || !(hostName.test(host) || isIPv4(host)) || Number(port ?? 1) > 65_535) return false;
  const read = new URL(found);
  return read.hostname === host && read.pathname === pathname && !pathname.includes("//");
}

/** It would be the host itself, on which no Alertmanager runs. */
const isLoopback = (found: string) => /^https:\/\/(localhost|127\.[\d.]+|0\.0\.0\.0)(:|\/|$)/.test(found);

/** Prometheus reads both from files and drops blanks and line ends at either end (common/config, `strings.TrimSpace`). */
const password = words(1000, "a password, set with --secret");
/** What fits into a header. RFC 6750 section 2.1 has fewer characters; there are tokens with others. */
const token = matching(
  /^[\x21-\x7e]{1,4000}$/,
  "a token, set with --secret: 1 to 4000 visible characters of ASCII, without blanks and line ends",
);

/** Who is called. Without TLS anybody on the way could silence an alert, so there is no plain HTTP. */
const alertmanager = z.strictObject({
  url: key(
    text(url)
      .refine(isAsked, { error: url, abort: true })
      .refine((found) => !isLoopback(found), { error: "another machine: no Alertmanager runs on the host itself" }),
    {
      description:
        "An Alertmanager that alerts are delivered to. How the host reaches it: see [below](#alertmanagers). With an endpoint service its port is 443.",
      range: "an `https` URL without user and query, each once",
      example: "https://alertmanager.ops.example",
      stricter:
        "Prometheus takes plain HTTP, and names and addresses of any form. Without TLS anybody on the way could silence an alert, and an address such as `1.2.3` is read as `1.2.0.3`.",
    },
  ),
  ca: key(path("file").optional(), {
    description: "A PEM file of the repository: the authorities of its certificate.",
    range: "a file with certificates that are valid now, and nothing else",
    fallback: "the system's authorities",
    example: "monitoring/ca.pem",
    affects: "the `url` next to it",
    stricter: "Prometheus takes expired certificates and skips other text in the file. It would then deliver nothing.",
  }),
  basicAuth: z
    .strictObject({
      username: key(
        words(200, "a user's name without a colon").refine((found) => !found.includes(":"), {
          error: "a user's name without a colon (RFC 7617)",
        }),
        {
          description: "The user that this Prometheus is there. Either this or a token, or neither.",
          range: "1 to 200 characters, no colon",
          example: "metrics-link",
        },
      ),
      password: key(password, {
        description: "Its password: a secret, see [below](#alertmanagers).",
        range: "1 to 1000 characters, no blank at either end",
        example: "secure: …",
        secret: true,
      }),
    })
    .optional(),
  bearerToken: key(token.optional(), {
    description: "A token instead: a secret, see [below](#alertmanagers).",
    range: "1 to 4000 visible characters of ASCII, no blanks",
    example: "secure: …",
    secret: true,
  }),
  clientCertificate: clientCertificate.optional(),
});

export const alertmanagers = list(alertmanager, 10, "Alertmanagers").default([]);
