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
import { type MetricsService, type PublicMaterial, serviceListener } from "@metrics-link/envoy";
import { isKeyOf } from "@metrics-link/prometheus";
import { secondsOf } from "@metrics-link/release";
import { repositoryRoot } from "./repository-files.ts";

/** One of a stack, whose key is a secret of its configuration, or one of a file, which names none. */
type Declared = Configuration["metricsServices"][number] | ServicesFile["metricsServices"][number];
type Keypair = { readonly certFile: string; readonly keySecret?: string };

/** A service that listens, with the certificates that its files hold. */
export interface ReadService {
  readonly rendered: MetricsService;
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
  const problems: Problem[] = [];
  const services = declared.flatMap((service, index) => {
    if (!service.enabled) return [];
    const rendered = renderedFrom(service);
    const tls = service.mtls ? tlsOf(service, index, read, problems) : undefined;
    return [{ rendered, tls }];
  });
  if (problems.length > 0) {
    throw new InvalidInputError("A metrics service's files cannot be used", problems, "REPOSITORY_FILE_INVALID");
  }
  return services;
}

/** The same of a stack's configuration, for it to be told with everything else that is wrong. */
export const unusableServices: Beyond = ({ metricsServices = [] }) => {
  const whole = metricsServices.map((service) => (isWhole(service) ? service : { enabled: false }) as Declared);
  try {
    readServices(whole);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.problems.map(({ key, remedy }) => ({ path: pathIn(key), remedy }));
  }
};

/** Whether nothing of an enabled service was refused by itself; what was is told already. */
function isWhole(
  service: Parameters<Beyond>[0]["metricsServices"] extends readonly (infer One)[] | undefined ? One : never,
) {
  const { enabled, clients, caCerts, keypairs, upstream } = service ?? {};
  const lists = [clients, caCerts, keypairs];
  return (
    enabled === true &&
    upstream?.address !== undefined &&
    lists.every((list) => list?.every((one) => one !== undefined)) &&
    (caCerts ?? []).every((one) => one?.file !== undefined && one.fingerprints?.every((it) => it !== undefined)) &&
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

function renderedFrom({ name, listenAddr, mtls, clients, upstream }: Declared): MetricsService {
  const [host = "", port] = listenAddr.split(":");
  const [server = "", serverPort] = upstream.address.split(":");
  return {
    name,
    host,
    port: Number(port),
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

function tlsOf(
  { keypairs, caCerts }: Declared,
  index: number,
  read: (path: string) => string,
  problems: Problem[],
): ReadService["tls"] {
  const found = (path: readonly PropertyKey[], file: string): readonly X509Certificate[] => {
    const key = configurationKey(["metricsServices", index, ...path]);
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
  const [keypair]: readonly Keypair[] = keypairs;
  const secret = keypair?.keySecret;
  const chain = keypair === undefined ? [] : found(["keypairs", 0, "certFile"], keypair.certFile);
  if (secret !== undefined && chain[0] !== undefined && !isKeyOf(chain[0].toString(), secret)) {
    const key = configurationKey(["metricsServices", index, "keypairs", 0, "keySecret"]);
    problems.push({ key, value: "set", remedy: "the private key of the file's first certificate, in PEM" });
  }
  const roots = caCerts.flatMap(({ file, fingerprints }, at) => {
    const certificates = found(["caCerts", at, "file"], file);
    const prints = certificates.map((one) => fingerprintOf(one.toString()));
    const key = configurationKey(["metricsServices", index, "caCerts", at, "fingerprints"]);
    const isPinned = prints.length === fingerprints.length && prints.every((one) => fingerprints.includes(one));
    if (certificates.length > 0 && !isPinned) {
      const remedy = `those of ${file}, after they were compared with its owner: ${prints.join(", ")}`;
      problems.push({ key, value: fingerprints.join(", "), remedy });
    }
    return certificates;
  });
  return {
    certificateChain: chain.join(""),
    roots: roots.join(""),
    fingerprints: caCerts.flatMap(({ fingerprints }) => fingerprints),
    privateKey: secret,
  };
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
      tls === undefined
        ? []
        : [[serviceListener(rendered.name), { certificateChain: tls.certificateChain, roots: tls.roots }]],
    ),
  );
