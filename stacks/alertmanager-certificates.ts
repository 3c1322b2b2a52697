import type { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Beyond, type Configuration, configurationKey } from "@metrics-link/config";
import { InvalidInputError, messageOf, readCertificates, subjectText, unlessOtherText } from "@metrics-link/contract";
import { isKeyOf } from "@metrics-link/prometheus";
import { repositoryRoot } from "./repository-files.ts";

type ClientCertificate = NonNullable<Configuration["prometheus"]["alertmanagers"][number]["clientCertificate"]>;
type Refused = (remedy: string, cause?: unknown) => InvalidInputError;

const refusal = (subject: string, path: readonly PropertyKey[], value: string, remedy: string, cause?: unknown) =>
  new InvalidInputError(subject, [{ key: configurationKey(path), value, remedy }], "REPOSITORY_FILE_INVALID", {
    cause,
  });

/** Files of Alertmanagers that cannot be used, so that they are told with everything else that is wrong. */
export const unusableCertificates: Beyond = ({ prometheus }) =>
  [...(prometheus?.alertmanagers ?? []).entries()].flatMap(([index, entry]) => {
    const found: ReturnType<Beyond>[] = [];
    const { ca, clientCertificate: client } = entry ?? {};
    if (ca !== undefined) found.push(wrongIn(pathOf(index, "ca"), () => authorityIn(index, ca)));
    if (client?.certificate !== undefined && client.key !== undefined) {
      const { certificate, key } = client;
      found.push(wrongIn(pathOf(index, "clientCertificate"), () => clientCertificateIn(index, { certificate, key })));
    }
    return found.flatMap((problems) => [...problems]);
  });

const pathOf = (index: number, ...rest: readonly string[]) => ["prometheus", "alertmanagers", index, ...rest];

function wrongIn(path: readonly PropertyKey[], read: () => unknown): ReturnType<Beyond> {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.problems.map(({ key, remedy }) => ({
      // A field of the key, if the problem is one of a field.
      path: [...path, ...key.slice(configurationKey(path).length).split(".").filter(Boolean)],
      remedy,
    }));
  }
}

/**
 * The certificates of an Alertmanager's CA file, re-encoded, so that Prometheus trusts exactly what a reviewer sees in the
 * file. Prometheus loads an expired one without a word and then delivers nothing.
 * @param index of the Alertmanager in the configuration
 * @param now milliseconds, UTC
 * @throws InvalidInputError naming the key
 */
export function authorityIn(index: number, path: string, now = Date.now()): string {
  const refused: Refused = (remedy, cause) =>
    refusal("An Alertmanager's authority cannot be used", pathOf(index, "ca"), path, remedy, cause);
  const certificates = certificatesIn(path, refused);
  for (const certificate of certificates) {
    const { validFromDate, validToDate } = certificate;
    if (now >= validFromDate.getTime() && now <= validToDate.getTime()) continue;
    throw refused(
      `certificates that are valid now, ${new Date(now).toISOString()}: ${subjectText(certificate)} is valid from ` +
        `${validFromDate.toISOString()} to ${validToDate.toISOString()}`,
    );
  }
  return certificates.join("");
}

/**
 * The certificates by which Prometheus identifies itself to an Alertmanager, its own first, in PEM; what else their file
 * says stays here.
 * @param index of the Alertmanager in the configuration
 * @throws InvalidInputError when they cannot be read, or the first has another key
 */
export function clientCertificateIn(index: number, { certificate: path, key: privateKey }: ClientCertificate): string {
  const refusedField = (field: string, value: string, remedy: string, cause?: unknown) => {
    const subject = "An Alertmanager's client certificate cannot be used";
    return refusal(subject, pathOf(index, "clientCertificate", field), value, remedy, cause);
  };
  const [own, ...others] = certificatesIn(path, (remedy, cause) => refusedField("certificate", path, remedy, cause));
  if (!isKeyOf(own.toString(), privateKey))
    throw refusedField("key", "set", "the private key of the file's first certificate, in PEM and not encrypted");
  return [own, ...others].join("");
}

function certificatesIn(path: string, refused: Refused): readonly [X509Certificate, ...X509Certificate[]] {
  let text: string;
  try {
    text = readFileSync(resolve(repositoryRoot, path), "utf8");
  } catch (error) {
    throw refused(`a file of the repository, relative to its root: ${messageOf(error)}`, error);
  }
  const [first, ...others] = unlessOtherText<ReturnType<typeof readCertificates>>(
    () => readCertificates(text),
    (why) => {
      throw refused(`a file with only PEM certificates: ${why}`);
    },
  );
  if (first === undefined) throw refused("a file with at least one PEM certificate");
  return [first, ...others];
}
