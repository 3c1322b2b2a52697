import type { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Beyond, type Configuration, configurationKey, type ServicesFile } from "@metrics-link/config";
import {
  fingerprintOf,
  InvalidInputError,
  messageOf,
  type Problem,
  readCertificates,
  subjectText,
  unlessOtherText,
} from "@metrics-link/contract";
import { type LocalService, listenerOf, type MetricsService, type PublicMaterial } from "@metrics-link/envoy";
import { isKeyOf } from "@metrics-link/prometheus";
import { secondsOf } from "@metrics-link/release";
import { repositoryRoot } from "./repository-files.ts";

/** One of a stack, whose key is a secret of its configuration, or one of a file, which names none. */
type Declared = Configuration["metricsServices"][number] | ServicesFile["metricsServices"][number];
type DeclaredQueries = Configuration["queryServices"][number];
type Section = "metricsServices" | "queryServices";
type Keypair = { readonly certFile: string; readonly keySecret?: string };

/** A service that listens, with the certificates that its files hold. */
export interface ReadService {
  readonly rendered: LocalService;
  /** Absent: in clear. */
  readonly tls?:
    | (NonNullable<PublicMaterial["services"]>[string] & {
        readonly fingerprints: readonly string[];
        /** Absent in a file. */
        readonly privateKey?: string | undefined;
      })
    | undefined;
}

/**
 * The metrics services that listen.
 * @param read the text of a file, by its path in the configuration
 * @throws InvalidInputError naming every key whose file cannot be used
 */
export function readServices(
  declared: readonly Declared[],
  read: (path: string) => string = fromRepository,
): readonly ReadService[] {
  return whole((problems) =>
    declared.flatMap((service, index) => {
      if (!service.enabled) return [];
      const tls = service.mtls ? tlsOf(service, index, read, problems) : undefined;
      return [{ rendered: renderedFrom(service), tls }];
    }),
  );
}

/** The query services that listen. All show the account's own leaf for readers. @throws InvalidInputError likewise */
const readQueryServices = (declared: readonly DeclaredQueries[]): readonly ReadService[] =>
  whole((problems) =>
    declared.flatMap((service, index) => {
      if (!service.enabled) return [];
      const { name, listenAddr, clients, ui, timeout } = service;
      const queries = { ui, timeoutSeconds: secondsOf(timeout) };
      const roots = rootsIn("queryServices", service, index, fromRepository, problems);
      return [
        { rendered: { name, ...placeIn(listenAddr), clients, queries }, tls: { certificateChain: "", ...roots } },
      ];
    }),
  );

/** All services of a stack for others than the link. */
export const servicesOf = ({ metricsServices, queryServices }: Configuration): readonly ReadService[] => [
  ...readServices(metricsServices),
  ...readQueryServices(queryServices),
];

function whole<Found>(read: (problems: Problem[]) => Found): Found {
  const problems: Problem[] = [];
  const found = read(problems);
  if (problems.length > 0) {
    throw new InvalidInputError("A service's files cannot be used", problems, "REPOSITORY_FILE_INVALID");
  }
  return found;
}

/** The same of a stack's configuration, for it to be told with everything else that is wrong. */
export const unusableServices: Beyond = ({ metricsServices = [], queryServices = [] }) => {
  const judged = [
    () => readServices(metricsServices.map((one) => (isWhole(one) ? one : { enabled: false }) as Declared)),
    () => readQueryServices(queryServices.map((one) => (isRead(one) ? one : { enabled: false }) as DeclaredQueries)),
  ];
  return judged.flatMap((judge) => {
    try {
      judge();
      return [];
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      return error.problems.map(({ key, remedy }) => ({ path: pathIn(key), remedy }));
    }
  });
};

type Known = Parameters<Beyond>[0];
type MemberOf<List> = NonNullable<List> extends readonly (infer One)[] ? One : never;

/** Whether nothing of an enabled query service was refused by itself; what was is told already. */
const isRead = (service: MemberOf<Known["queryServices"]>) =>
  service?.enabled === true && [service.listenAddr, service.timeout].every(Boolean) && areWhole(service.caCerts);

const areWhole = (authorities: NonNullable<MemberOf<Known["queryServices"]>>["caCerts"]) =>
  (authorities ?? []).every((one) => one?.file !== undefined && one.fingerprints?.every((it) => it !== undefined));

/** Whether nothing of an enabled service was refused by itself; what was is told already. */
function isWhole(service: MemberOf<Known["metricsServices"]>) {
  const { enabled, clients, caCerts, keypairs, upstream } = service ?? {};
  const lists = [clients, caCerts, keypairs];
  return (
    enabled === true &&
    upstream?.address !== undefined &&
    lists.every((list) => list?.every((one) => one !== undefined)) &&
    areWhole(caCerts) &&
    (keypairs ?? []).every((one) => one?.certFile !== undefined && one.keySecret !== undefined)
  );
}

/** `metrics-link:a[0].b` as a path. */
const pathIn = (key: string): PropertyKey[] =>
  key
    .slice(configurationKey([]).length)
    .split(/[.[\]]+/)
    .filter(Boolean)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));

function placeIn(listenAddr: string) {
  const [host = "", port] = listenAddr.split(":");
  return { host, port: Number(port) };
}

function renderedFrom({ name, listenAddr, mtls, clients, upstream }: Declared): MetricsService {
  const [server = "", serverPort] = upstream.address.split(":");
  return {
    name,
    ...placeIn(listenAddr),
    clients: mtls ? clients : undefined,
    upstream: {
      address:
        serverPort === undefined
          ? { pipe: { path: server } }
          : { socket_address: { address: server, port_value: Number(serverPort) } },
      path: upstream.path,
      timeoutSeconds: secondsOf(upstream.timeout),
    },
  };
}

type Read = (path: string) => string;

/** The certificates in a file that a key below a service names. */
const certificatesAt =
  (section: Section, index: number, read: Read, problems: Problem[]) =>
  (path: readonly PropertyKey[], file: string): readonly X509Certificate[] => {
    const key = configurationKey([section, index, ...path]);
    const refused = (remedy: string) => {
      problems.push({ key, value: file, remedy });
      return [];
    };
    const certificates = certificatesIn(file, read, refused);
    const now = Date.now();
    for (const one of certificates) {
      if (now >= one.validFromDate.getTime() && now <= one.validToDate.getTime()) continue;
      refused(`certificates that are valid now: ${subjectText(one)} is valid from ${one.validFrom} to ${one.validTo}`);
    }
    return certificates;
  };

function tlsOf(service: Declared, index: number, read: Read, problems: Problem[]): ReadService["tls"] {
  const found = certificatesAt("metricsServices", index, read, problems);
  const { keypairs }: { readonly keypairs: readonly Keypair[] } = service;
  const [keypair] = keypairs;
  const secret = keypair?.keySecret;
  const chain = keypair === undefined ? [] : found(["keypairs", 0, "certFile"], keypair.certFile);
  if (secret !== undefined && chain[0] !== undefined && !isKeyOf(chain[0].toString(), secret)) {
    const key = configurationKey(["metricsServices", index, "keypairs", 0, "keySecret"]);
    problems.push({ key, value: "set", remedy: "the private key of the file's first certificate, in PEM" });
  }
  return {
    certificateChain: chain.join(""),
    ...rootsIn("metricsServices", service, index, read, problems),
    privateKey: secret,
  };
}

/** The roots of a service's clients, each of them pinned. */
function rootsIn(
  section: Section,
  { caCerts }: Pick<DeclaredQueries, "caCerts">,
  index: number,
  read: Read,
  problems: Problem[],
) {
  const found = certificatesAt(section, index, read, problems);
  const roots = caCerts.flatMap(({ file, fingerprints }, at) => {
    const certificates = found(["caCerts", at, "file"], file);
    const prints = certificates.map((one) => fingerprintOf(one.toString()));
    const key = configurationKey([section, index, "caCerts", at, "fingerprints"]);
    const isPinned = prints.length === fingerprints.length && prints.every((one) => fingerprints.includes(one));
    if (certificates.length > 0 && !isPinned) {
      const remedy = `those of ${file}, after they were compared with its owner: ${prints.join(", ")}`;
      problems.push({ key, value: fingerprints.join(", "), remedy });
    }
    return certificates;
  });
  return { roots: roots.join(""), fingerprints: caCerts.flatMap(({ fingerprints }) => fingerprints) };
}

const fromRepository = (path: string): string => readFileSync(resolve(repositoryRoot, path), "utf8");

function certificatesIn(
  file: string,
  read: (path: string) => string,
  refused: (remedy: string) => readonly X509Certificate[],
): readonly X509Certificate[] {
  let text: string;
  try {
    text = read(file);
  } catch (error) {
    return refused(`a file that can be read: ${messageOf(error)}`);
  }
  const found = unlessOtherText<readonly X509Certificate[]>(
    () => readCertificates(text),
    (why) => refused(`a file with only PEM certificates: ${why}`),
  );
  return found.length > 0 || text.trim() !== "" ? found : refused("a file with at least one PEM certificate");
}

/** What Envoy's files need of them, by listener. */
export const serviceMaterial = (services: readonly ReadService[]): NonNullable<PublicMaterial["services"]> =>
  Object.fromEntries(
    services.flatMap(({ rendered, tls }) =>
      tls === undefined ? [] : [[listenerOf(rendered), { certificateChain: tls.certificateChain, roots: tls.roots }]],
    ),
  );
