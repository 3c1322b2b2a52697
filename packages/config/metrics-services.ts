import { isIPv4 } from "node:net";
import { fingerprint, matching, text } from "@metrics-link/contract";
import { isPagePath, isServicePort, isServiceServer } from "@metrics-link/release";
import { z } from "zod";
import { secretValue } from "./secrets.ts";
import { duration, flag, key, list, path } from "./values.ts";

const once = (found: readonly unknown[]) => new Set(found).size === found.length;

const placeText =
  "127.0.0.1, localhost or 0.0.0.0 with a port of 1024 to 9902 that the link does not use, such as 0.0.0.0:3081";

export const listenAddr = text(placeText)
  .refine(
    (found) => {
      const [, port] = /^(?:127\.0\.0\.1|localhost|0\.0\.0\.0):([1-9]\d{3})$/.exec(found) ?? [];
      return port !== undefined && isServicePort(Number(port));
    },
    { error: placeText },
  )
  .transform((found) => found.replace("localhost", "127.0.0.1"));

const serverText =
  "a server of this machine: 127.0.0.1 or localhost with a port, or a unix socket below /run, such as unix:/run/app/metrics.sock";

/** As Envoy's reader writes it: `127.0.0.1:PORT`, or the path of a socket. */
const inEnvoysWords = (found: string) => found.replace(/^localhost:/, "127.0.0.1:").replace(/^unix:/, "");

const upstream = z.strictObject(
  {
    address: key(
      text(serverText)
        .refine((found) => !found.startsWith("/") && isServiceServer(inEnvoysWords(found)), { error: serverText })
        .transform(inEnvoysWords),
      {
        description: "Where the server listens that has the metrics, in clear: on this machine.",
        range: "loopback with a port, or `unix:` with a socket below `/run`; no socket of the link",
        example: "127.0.0.1:3000",
      },
    ),
    path: key(
      matching(/^\/.*$/, "a path such as /metrics, without a query")
        .refine(isPagePath, {
          error: "a path of letters, digits and . _ ~ - such as /metrics, without a query, dot segments and empty ones",
        })
        .default("/metrics"),
      {
        description: "The one page that is served, compared as sent. Nothing else of the server can be reached.",
        range: "a path without a query",
        example: "/metrics",
      },
    ),
    timeout: key(duration("1s", "25s", "how long the page may take").default("10s"), {
      description: "How long the page may take. Keep it below the `scrape_timeout` of who scrapes.",
      example: "10s",
    }),
  },
  { error: "a section with the keys address, path, timeout" },
);

const certFile = key(path("file"), {
  description: "A PEM file of the repository: the service's certificate, then its intermediates.",
  range: "a file with certificates and nothing else",
  example: "monitoring/teleport.pem",
});

const keypair = z.strictObject(
  {
    certFile,
    keySecret: key(secretValue("a private key in PEM"), {
      description: "The certificate's private key: a secret.",
      range: "PEM, not encrypted",
      example: "secure: …",
      secret: true,
    }),
  },
  { error: "a section with the keys certFile, keySecret" },
);

export const authority = z.strictObject(
  {
    file: key(path("file"), {
      description: "A PEM file of the repository: the root that the clients' certificates lead to.",
      range: "a file with certificates and nothing else",
      example: "monitoring/ops-root.pem",
    }),
    fingerprints: key(
      z
        .array(fingerprint, { error: "a list of fingerprints" })
        .min(1, { error: "the SHA-256 fingerprint of each certificate in the file" })
        .max(4, { error: "at most four fingerprints" })
        .refine(once, { error: "each fingerprint once" }),
      {
        description: "SHA-256 fingerprints of the certificates in the file, heard from whose they are.",
        range: "one to four, each once; exactly those of the file",
        example: `["${"3f9ac0de".repeat(8)}"]`,
      },
    ),
  },
  { error: "a section with the keys file, fingerprints" },
);

const dnsName = matching(
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/,
  "one DNS name in lower case without a wildcard, such as prometheus.ops.internal",
);

const clientName = matching(
  /^(?!anywhere$)[a-z][a-z0-9-]{0,29}$/,
  "1 to 30 of a-z, 0-9 and -, beginning with a letter, and not anywhere",
);

const address = text("an IPv4 address").refine(isIPv4, { error: "a single IPv4 address, such as 10.30.0.5" });

export const client = z.strictObject(
  {
    name: key(clientName, {
      description: "What the client is called here. Part of the access log.",
      range: "1 to 30 of a-z, 0-9 and `-`, each once in a service",
      example: "ops",
    }),
    dnsName: key(dnsName, {
      description: "The name that its certificate must carry as a DNS name, exactly; no wildcard that covers it.",
      range: "a DNS name, each once in a service",
      example: "prometheus.ops.internal",
    }),
    addresses: key(list(address, 10, "IPv4 addresses").refine(once, { error: "each address once" }).default([]), {
      description: "Where it connects from. Without any it may come from anywhere that the network lets in.",
      range: "up to 10 IPv4 addresses, each of one client of a service",
      example: '["10.30.0.5"]',
    }),
  },
  { error: "a section with the keys name, dnsName, addresses" },
);

export const serviceName = matching(/^[a-z][a-z0-9-]{0,29}$/, "1 to 30 of a-z, 0-9 and -, beginning with a letter");

const service = <Keypair extends z.ZodType>(keypairOf: Keypair) =>
  z.strictObject(
    {
      name: key(serviceName, {
        description: "The service's name. Part of counters, alerts and file names.",
        range: "1 to 30 of a-z, 0-9 and `-`, each once",
        example: "teleport",
      }),
      enabled: key(flag("if the service listens").default(false), {
        description: "Whether the service listens. Without it nothing does, as if the entry were not there.",
        example: "false",
        affects: "the keys next to it, which are judged together when it is `true`",
      }),
      listenAddr: key(listenAddr.default("127.0.0.1:3081"), {
        description:
          "Where it listens: `127.0.0.1` for this machine alone, `0.0.0.0` for the network. Only the link's own units can bind these ports.",
        range: "one of both with a port of 1024 to 9902, none of the link's",
        example: "0.0.0.0:3081",
      }),
      mtls: key(flag("if clients prove by a certificate who they are").default(true), {
        description:
          "Whether clients prove by a certificate who they are, over TLS 1.3. `false` serves in clear, on loopback alone.",
        example: "true",
        stricter: "Teleport's `mtls: no` serves in clear on any address. Everybody on the way could read the metrics.",
      }),
      keypairs: key(
        z
          .array(keypairOf, { error: "a list of keypairs" })
          .max(1, { error: "one keypair: a service shows one certificate" })
          .default([]),
        { description: "The service's own certificate.", example: "[]" },
      ),
      caCerts: key(
        z
          .array(authority, { error: "a list of authorities" })
          .max(2, { error: "at most two files: the old and the new root of one owner" })
          .default([]),
        { description: "Roots of the clients.", example: "[]" },
      ),
      clients: key(list(client, 20, "clients").default([]), { description: "Who may scrape.", example: "[]" }),
      upstream,
    },
    { error: "a section with the keys name, enabled, listenAddr, mtls, keypairs, caCerts, clients, upstream" },
  );

const services = <Keypair extends z.ZodType>(keypairOf: Keypair) =>
  z
    .array(service(keypairOf), { error: "a list of metrics services" })
    .max(16, { error: "at most 16 metrics services" })
    .default([]);

/** Pages of metrics of servers on the host, each for named clients (docs/decisions/0827). */
export const metricsServices = services(keypair);

/** The same for a machine that is not a host of a stack. Its private keys are on that machine alone, and in no file here. */
export const servicesFile = z.strictObject({
  metricsServices: services(z.strictObject({ certFile }, { error: "a section with the key certFile" })),
});
