import { dnsName, readCertificates, rootFault, unlessOtherText } from "@metrics-link/contract";

/** Each key that a web configuration may have. Files beside it are not among them: they can differ from it for a moment. */
const known = {
  tls_server_config: ["cert", "key", "client_ca", "client_auth_type", "client_allowed_sans", "min_version"],
  http_server_config: ["http2"],
  rate_limit: ["interval", "burst"],
} as const;

const leastCost = 10;

type Mapping = Readonly<Record<string, unknown>>;

const mapping = (value: unknown): Mapping | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Mapping) : undefined;

/**
 * What is wrong with an exporter's web configuration, as parsed: everything by which somebody who is not named gets in. It
 * is a closed set of keys, since the exporter's next version may have another way in.
 * @returns nothing if only a named client with a certificate of the authority is let in
 */
export function checkWebConfig(parsed: unknown): string[] {
  const found = mapping(parsed);
  if (found === undefined) return ["it is no mapping, so the exporter answers everybody, in clear"];
  const sections = ["tls_server_config", "http_server_config", "basic_auth_users", "rate_limit"];
  return [
    ...Object.keys(found)
      .filter((key) => !sections.includes(key))
      .map((key) => `${key} is not known`),
    ...Object.entries(known).flatMap(([section, keys]) => strangers(section, keys, found[section])),
    ...tlsFaults(mapping(found.tls_server_config)),
    ...userFaults(found.basic_auth_users),
  ];
}

/** The same of its text, as `webConfigText` writes it. A parser's message may quote a key, so it says no more than that. */
export function checkWebConfigText(text: string): string[] {
  const parsed = parsedIn(text);
  return parsed === undefined ? ["it is not JSON as packages/exporter writes it"] : checkWebConfig(parsed);
}

/**
 * Whether a web configuration lets in exactly the clients of a list.
 * @param admits the list, in JSON: `clients`, their names, and `authority`, the PEM of their root
 */
export function isAdmitting(text: string, admits: string): boolean {
  const tls = mapping(mapping(parsedIn(text))?.tls_server_config);
  const wanted = mapping(JSON.parse(admits));
  return (
    tls !== undefined &&
    JSON.stringify([tls.client_allowed_sans, tls.client_ca]) === JSON.stringify([wanted?.clients, wanted?.authority])
  );
}

/** Undefined unless it is in the one spelling that every reader takes alike: a key that is there twice is not. */
function parsedIn(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return `${JSON.stringify(parsed, undefined, 2)}\n` === text ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function strangers(section: string, keys: readonly string[], value: unknown): string[] {
  if (value === undefined) return [];
  const found = mapping(value);
  if (found === undefined) return [`${section} is no mapping`];
  return Object.keys(found)
    .filter((key) => !keys.includes(key))
    .map((key) => `${section}.${key} is not known`);
}

function tlsFaults(tls: Mapping | undefined): string[] {
  if (tls === undefined) return ["there is no tls_server_config, so the exporter answers everybody, in clear"];
  const names = tls.client_allowed_sans;
  return [
    ...(tls.client_auth_type === "RequireAndVerifyClientCert"
      ? []
      : ["client_auth_type is not RequireAndVerifyClientCert, so a client without a certificate gets in"]),
    ...(tls.min_version === "TLS13" ? [] : ["min_version is not TLS13"]),
    ...nameFaults(names),
    ...(typeof tls.cert === "string" && tls.cert !== "" && typeof tls.key === "string" && tls.key !== ""
      ? []
      : ["cert and key are not both in it: two files could differ while they are replaced"]),
    ...authorityFaults(tls.client_ca),
  ];
}

function nameFaults(names: unknown): string[] {
  if (!Array.isArray(names) || names.length === 0) {
    return [
      "client_allowed_sans names nobody, so every certificate of the authority gets in, one with a common name only too",
    ];
  }
  return names
    .filter((name) => !dnsName.safeParse(name).success)
    .map((name) => `client_allowed_sans has ${JSON.stringify(name)}, which is no DNS name in lower case`);
}

/** Every certificate in the file is an anchor to the exporter: with a leaf among them, its holder needs no authority. */
function authorityFaults(authority: unknown): string[] {
  if (typeof authority !== "string" || authority === "") return ["client_ca is not in it"];
  return unlessOtherText<string[]>(
    () => {
      const roots = readCertificates(authority);
      if (roots.length === 0) return ["client_ca has no certificate"];
      return roots.flatMap((root) => {
        const fault = rootFault(root);
        return fault === undefined ? [] : [`client_ca has a certificate that is no root: ${fault}`];
      });
    },
    (why) => [`client_ca does not consist of certificates only: ${why}`],
  );
}

function userFaults(users: unknown): string[] {
  if (users === undefined) return [];
  const found = mapping(users);
  if (found === undefined) return ["basic_auth_users is no mapping"];
  return Object.entries(found).flatMap(([name, hash]) => {
    const [, cost] = (typeof hash === "string" && /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash)) || [];
    if (cost === undefined) return [`the password of ${JSON.stringify(name)} is no bcrypt hash`];
    return Number(cost) < leastCost ? [`the hash of ${JSON.stringify(name)} has a cost below ${leastCost}`] : [];
  });
}
