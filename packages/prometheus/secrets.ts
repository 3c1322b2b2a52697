/** Credentials of a user's scrape jobs: each stands in a file of its own on the host, and a job names that file. */

import { createPrivateKey, X509Certificate } from "node:crypto";
import { type Problem, valueAt } from "@metrics-link/contract";
import { isSecretField, ownScrapeSecrets, scrapeSecretName } from "@metrics-link/release";
import { z } from "zod";
import { addressOf, isHost } from "./addresses.ts";
import { type ScrapeConfig, targetsOf } from "./configuration.ts";

const folder = "secrets/";
const howToGive =
  "the name of a file, secrets/NAME, whose content `pulumi config set --path 'metrics-link:prometheus.secrets.NAME' --secret` sets";

const secretFile = z.string({ error: howToGive }).refine((path) => nameIn(path) !== undefined, { error: howToGive });

const nameIn = (path: unknown): string | undefined => {
  if (typeof path !== "string" || !path.startsWith(folder)) return undefined;
  const name = path.slice(folder.length);
  return scrapeSecretName.test(name) ? name : undefined;
};

const text = z.string({ error: "a text" });

/** The fields of `tls_config` besides a client certificate. */
const server = {
  ca: text.optional(),
  server_name: text.optional(),
  min_version: z.enum(["TLS12", "TLS13"], { error: "TLS12 or TLS13" }).optional(),
  max_version: z.enum(["TLS12", "TLS13"], { error: "TLS12 or TLS13" }).optional(),
};

/** `tls_config` of a job. promtool 3.13 refuses a key's file beside a certificate that stands in the job. */
export const tlsConfig = z
  .strictObject(
    { ...server, cert_file: secretFile.optional(), key_file: secretFile.optional() },
    { error: "a mapping" },
  )
  .refine(({ cert_file, key_file }) => (cert_file === undefined) === (key_file === undefined), {
    error: "cert_file and key_file together, each secrets/NAME",
  });

const basicAuth = z
  .strictObject(
    { username: text.optional(), username_file: secretFile.optional(), password_file: secretFile },
    { error: "a mapping of username and password_file" },
  )
  .refine(({ username, username_file }) => username === undefined || username_file === undefined, {
    error: "username or username_file, not both",
  });

const authorization = z.strictObject(
  {
    type: z
      .string({ error: "a text" })
      .regex(/^(?!\s*basic\s*$)/i, { error: "another type; for a password, basic_auth" })
      .optional(),
    credentials_file: secretFile,
  },
  { error: "a mapping of type and credentials_file" },
);

/** Parameters that authenticate a client (RFC 6749, sections 2.3.1, 4.1.3, 4.3.2 and 6; RFC 7521, section 4). */
const secretParameter = /^(client_secret|client_assertion|assertion|password|refresh_token|code)$/;

const oauth2 = z.strictObject(
  {
    client_id: text,
    client_secret_file: secretFile,
    scopes: z.array(text, { error: "a list" }).optional(),
    token_url: z.string({ error: "a URL" }).refine((url) => tokenHost(url) !== undefined, {
      error: "an https URL with an IPv4 address and without a user, such as https://192.0.2.10:8443/token",
    }),
    endpoint_params: z
      .record(
        z.string().refine((name) => !secretParameter.test(name), {
          error: "no secret: Prometheus reads only client_secret_file from a file",
        }),
        text,
        {
          error:
            "a mapping of names to texts, none of them a secret: Prometheus reads only client_secret_file from a file",
        },
      )
      .optional(),
    tls_config: tlsConfig.optional(),
  },
  { error: "a mapping of client_id, client_secret_file and token_url" },
);

/** The address in a token's URL. RFC 6749, section 3.2, demands TLS: the request carries the client's secret. */
function tokenHost(url: string): string | undefined {
  const [, scheme, host = "", port = "1"] = /^(https?):\/\/([\d.]+)(?::(\d{1,5}))?(?:[/?].*)?$/.exec(url) ?? [];
  const isSafe = scheme === "https" || host.startsWith("127.");
  return isSafe && isHost(host) && Number(port) < 65_536 ? host : undefined;
}

/** A header with one of these words in its name is a credential, as far as anybody can tell. */
const secretHeader = /(^|-)(auth|authorization|token|key|apikey|secret|password|cookie|credentials?|signature)(-|$)/i;

const httpHeaders = z
  .record(
    z.string().regex(/^(?!(proxy-)?authorization$)[A-Za-z0-9-]+$/i, { error: "a name" }),
    z.strictObject(
      {
        values: z.array(text, { error: "a list" }).optional(),
        files: z.array(secretFile, { error: "a list of files, each secrets/NAME" }).optional(),
      },
      { error: "a mapping of values and files" },
    ),
    { error: "headers, each with values or files; Authorization is authorization or basic_auth" },
  )
  .superRefine((headers, context) => {
    for (const [name, { values = [] }] of Object.entries(headers))
      if (secretHeader.test(name) && values.length > 0)
        context.addIssue({
          code: "custom",
          path: [name, "values"],
          message: `files: a secret in clear otherwise; ${howToGive}`,
        });
  });

/** The fields by which a job identifies itself to its targets. */
export const credentialFields = {
  basic_auth: basicAuth.optional(),
  authorization: authorization.optional(),
  oauth2: oauth2.optional(),
  http_headers: httpHeaders.optional(),
};

const exclusive = ["basic_auth", "authorization", "oauth2"] as const;

/** What must hold between the credentials of a job and its other fields. Called with jobs whose fields are right. */
export function contradictions(job: Readonly<Record<string, unknown>>): { path: string[]; message: string }[] {
  const [first, ...more] = exclusive.filter((field) => job[field] !== undefined);
  const sendsFiles = Object.values(job.http_headers ?? {}).some(
    (header) => valueAt(header, ["files", 0]) !== undefined,
  );
  return [
    ...more.map((field) => ({ path: [field], message: `no second way to identify itself beside ${first}` })),
    // Prometheus takes Authorization and Cookie out of a request to another host, and no other header.
    ...(sendsFiles && !isOff(job.follow_redirects)
      ? [
          {
            path: ["follow_redirects"],
            message: "false: a redirect would carry the headers with a secret to another host",
          },
        ]
      : []),
  ];
}

/** As Prometheus reads a boolean (YAML 1.1), whether it is parsed here or still a text. */
const isOff = (value: unknown): boolean => /^(false|no|n|off)$/i.test(String(value));

/** Why a field of a user's job is refused that would hold a secret or name a file; undefined for any other. */
export function remedyForSecret(field: string): string | undefined {
  if (field === "key") return `key_file and cert_file, each ${howToGive}`;
  if (field === "cert") return "cert_file: promtool takes a client certificate only as a file, beside key_file";
  if (field === "secrets") return `files: ${howToGive}`;
  if (/^bearer_token(_file)?$/.test(field)) return `authorization with credentials_file, ${howToGive}`;
  if (/^client_certificate_key/.test(field)) return "client_secret_file; no other grant than client_credentials";
  if (/_ref$/.test(field)) return "a field that names a file: this Prometheus has no secret manager";
  if (isSecretField(field)) return `${field}_file, ${howToGive}`;
  return undefined;
}

interface Use {
  readonly name: string;
  /** The path of the field in its job, such as `basic_auth.password_file`. */
  readonly path: string;
}

/** The secrets that a job names, each with the field that does. */
function usesIn(value: unknown, path: readonly string[] = []): Use[] {
  const name = nameIn(value);
  if (name !== undefined && path.some((part) => /_file$|^files$/.test(part))) return [{ name, path: path.join(".") }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => usesIn(inner, [...path, key]));
}

const usesOf = ({ basic_auth, authorization, oauth2, http_headers, tls_config }: ScrapeConfig): Use[] =>
  usesIn({ basic_auth, authorization, oauth2, http_headers, tls_config });

/** The names of the secrets that jobs use, each once. */
export function secretNamesIn(jobs: readonly ScrapeConfig[]): readonly string[] {
  return [...new Set(jobs.flatMap(usesOf).map(({ name }) => name))].sort();
}

/** The addresses at which jobs fetch tokens, loopback left out. Prometheus' unit must be able to connect to these. */
export const tokenAddresses = ({ oauth2 }: ScrapeConfig): string[] => {
  const host = tokenHost(String(valueAt(oauth2, ["token_url"])));
  return host === undefined || host.startsWith("127.") ? [] : [host];
};

/** The jobs that send a credential to another machine without TLS, by name. A key never leaves its file. */
export function jobsInPlainText(jobs: readonly ScrapeConfig[]): string[] {
  return jobs
    .filter((job) => job.scheme !== "https" && usesOf(job).some(({ path }) => !path.startsWith("tls_config.")))
    .filter((job) => targetsOf(job).some((target) => addressOf(target) !== undefined))
    .map(({ job_name }) => job_name);
}

/** The jobs of one file, with the line of each. */
export interface JobsOfFile {
  readonly path: string;
  readonly jobs: readonly ScrapeConfig[];
  readonly jobLines: readonly number[];
}

/**
 * What is wrong between jobs and the secrets of the configuration: a name without a secret, a certificate without its
 * key, the host's own key where it would be sent. Never shows a secret.
 * @param hasOwn whether the host has a certificate of its own for scraping
 */
export function secretProblems(
  files: readonly JobsOfFile[],
  secrets: Readonly<Record<string, string>>,
  hasOwn = false,
): Problem[] {
  return files.flatMap(({ path: file, jobs, jobLines }) =>
    jobs.flatMap((job, index) => {
      const key = (path: readonly string[]) => `${file}:${jobLines[index]}: ${job.job_name}: ${path.join(".")}`;
      const uses = usesOf(job);
      const own = uses.filter(isOwn).flatMap(({ name, path }) => {
        const value = `${folder}${name}`;
        if (!hasOwn) return [{ key: key([path]), value, remedy: "`metrics-link:prometheus.scrapeIdentity: true`" }];
        if (hasItsField(job, { name, path })) return [];
        return [{ key: key([path]), value, remedy: ownPair }];
      });
      const missing = uses
        .filter((use) => !isOwn(use))
        .filter(({ name }) => !Object.hasOwn(secrets, name))
        .map(({ name, path }) => ({
          key: key([path]),
          value: `${folder}${name}`,
          remedy: `a secret of the configuration: \`pulumi config set --path 'metrics-link:prometheus.secrets.${name}' --secret\`; no other file reaches the host`,
        }));
      const pairs = [["tls_config"], ["oauth2", "tls_config"]].flatMap((path) =>
        keyPairProblems(job, path, secrets).map(({ field, remedy }) => {
          const at = [...path, field];
          return { key: key(at), value: valueAt(job, at), remedy };
        }),
      );
      return [...own, ...missing, ...pairs];
    }),
  );
}

const ownNames: readonly string[] = Object.values(ownScrapeSecrets);
const isOwn = ({ name }: Use): boolean => ownNames.includes(name);
const [ownCertificate, ownKey] = [`${folder}${ownScrapeSecrets.certificate}`, `${folder}${ownScrapeSecrets.key}`];
const ownPair = `the host's own certificate and key stand in tls_config alone, together: cert_file: ${ownCertificate} and key_file: ${ownKey}`;

/** As anything but `key_file` the key would be sent to whoever answers. */
function hasItsField(job: ScrapeConfig, { path }: Use): boolean {
  const section = path.split(".").slice(0, -1);
  if (section.at(-1) !== "tls_config") return false;
  const [certificate, key] = ["cert_file", "key_file"].map((field) => valueAt(job, [...section, field]));
  return certificate === ownCertificate && key === ownKey;
}

function keyPairProblems(
  job: ScrapeConfig,
  path: readonly string[],
  secrets: Readonly<Record<string, string>>,
): { readonly field: string; readonly remedy: string }[] {
  const found = (field: string) => secrets[nameIn(valueAt(job, [...path, field])) ?? ""];
  const [certificate, key] = [found("cert_file"), found("key_file")];
  if (certificate === undefined || key === undefined) return [];
  if (read(() => new X509Certificate(certificate)) === undefined)
    return [{ field: "cert_file", remedy: "a secret that holds a certificate in PEM" }];
  const remedy = "a secret that holds the private key of cert_file's certificate, in PEM and not encrypted";
  return isKeyOf(certificate, key) ? [] : [{ field: "key_file", remedy }];
}

/** Whether a text is the private key of a certificate, both in PEM. */
export const isKeyOf = (certificate: string, key: string): boolean =>
  read(() => new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) === true;

/** Without the reason: a parser's message may quote what it read. */
function read<Found>(parse: () => Found): Found | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
