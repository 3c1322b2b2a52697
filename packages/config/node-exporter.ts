import { dnsName, matching } from "@metrics-link/contract";
import { z } from "zod";
import { duration, integer, key, list, path } from "./values.ts";
import { privateRange } from "./ways.ts";

/** Of a wrong password every try costs one, in CPU time of the host: 10 is about 50 ms, each one more doubles it. */
const costs = { least: 10, most: 13 } as const;

const bcryptHash = `a bcrypt hash with a cost of ${costs.least} to ${costs.most}, set with --secret, such as \`htpasswd -nBC 12 NAME\` prints behind the colon`;

const userName = "a name of a-z, 0-9, - and _ that begins with a letter, 63 characters at most";

const users = z
  .record(
    z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/, { error: userName }),
    matching(/^\$2[aby]\$1[0-3]\$[./A-Za-z0-9]{53}$/, bcryptHash).meta({ secret: true }),
    { error: "names, each with a bcrypt hash" },
  )
  .refine((found) => Object.keys(found).length <= 20, { error: "at most 20 users" });

const client = z.strictObject({
  name: key(matching(/^[a-z][a-z0-9-]{0,30}$/, "1 to 31 of a-z, 0-9 and -, beginning with a letter"), {
    description: "What this side calls the one who scrapes.",
    range: "1 to 31 of `a-z`, `0-9`, `-`, beginning with a letter; each once",
    example: "prometheus-b",
  }),
  dnsName: key(dnsName, {
    description:
      "A DNS name of the client's certificate. Compared as text: it need not resolve, and [says nothing of the address](exporters.md#which-name-is-checked-by-whom).",
    range: "lower case, at least one dot, no wildcard; each once",
    affects: "taking one away restarts the exporter, which ends open connections and session tickets",
    stricter: "The exporter takes any text, and without names any certificate of the authority.",
    example: "link-scrape.metrics-receiver.account-b.internal",
  }),
});

const exposed = z.strictObject({
  ca: key(path("file"), {
    description:
      "A PEM file of the repository: the root that issues the clients' certificates. Several generations of one root may be in it, never the roots of two parties: each could issue the other's names.",
    range: "a file with roots that are valid now, and nothing else",
    example: "monitoring/scraper-root.pem",
    affects: "a change restarts the exporter",
    stricter: "The exporter would trust every certificate in the file, leaves and intermediates too.",
  }),
  clients: key(
    list(client, 20, "clients").refine((found) => found.length > 0, {
      error: "at least one client: without a name, every certificate of the authority would be let in",
    }),
    {
      description: "Who may scrape: a certificate of the authority, with one of these names.",
      example: "[{ name: prometheus-b, dnsName: link-scrape.metrics-receiver.account-b.internal }]",
    },
  ),
  users: key(users.default({}), {
    description:
      "Users who must give a password besides the certificate, each with the hash of it: a secret. [What a password adds](exporters.md#what-a-password-adds).",
    range: `names of \`a-z\`, \`0-9\`, \`-\` and \`_\`, each with a bcrypt hash of cost ${costs.least} to ${costs.most}; at most 20`,
    example: "{ prometheus: $2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze }",
    stricter:
      "The exporter takes any cost. Below 10 a stolen hash is soon guessed; above 13 each guess takes seconds of CPU time.",
  }),
  rate: key(
    z
      .strictObject({
        interval: key(duration("10ms", "1s", "the time in which one request is added"), {
          description: "One request is let in per this time, for all clients together.",
          example: "100ms",
          stricter: "The exporter takes any interval; with a longer one than `1s` a second scraper would be refused.",
        }),
        burst: key(integer(5, 1000, "requests at once"), {
          description: "How many requests may come at once.",
          example: "20",
        }),
      })
      .optional(),
    {
      description:
        "A limit on requests of all clients together: what it refuses, with 429, may be [the scraper's own](exporters.md#what-a-password-adds).",
      fallback: "no limit",
      example: "{ interval: 100ms, burst: 20 }",
    },
  ),
});

const { ca, clients, rate } = exposed.shape;

/**
 * An exporter on a machine that is not a host of a stack (docs/exporters.md). Its private key and the hashes of passwords are
 * on that machine alone.
 */
export const exporterFile = z.strictObject({
  exporter: z.strictObject(
    {
      program: matching(/^\/[A-Za-z0-9._/-]+$/, "an absolute path").default("/usr/local/bin/node_exporter"),
      arguments: list(
        matching(
          /^--(?!web\.)[a-z][a-z0-9.-]*(=[ -~]*)?$/,
          "an option of the program, such as --collector.disable-defaults, and none of --web., which this bundle sets",
        ),
        50,
        "options of the program",
      ).default([]),
      port: integer(1024, 65_535, "the TCP port that it listens on").default(9100),
      certFile: path("file"),
      ca,
      clients,
      rate,
      scrapedFrom: list(privateRange(16, "where scrapers connect from"), 20, "ranges of scrapers").refine(
        (found) => found.length > 0,
        {
          error: "at least one range that scrapers connect from, such as 10.20.1.0/28",
        },
      ),
    },
    { error: "a section with the keys program, arguments, port, certFile, ca, clients, rate, scrapedFrom" },
  ),
});

/** The host's own metrics, for others (docs/exporters.md). */
export const nodeExporter = z.strictObject({ exposed: exposed.optional() }).prefault({});
