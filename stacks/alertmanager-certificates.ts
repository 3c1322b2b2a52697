import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { InvalidInputError, messageOf, readCertificates, subjectText, unlessOtherText } from "@metrics-link/contract";
import { repositoryRoot } from "./repository-files.ts";

/**
 * The certificates of an Alertmanager's CA file, re-encoded, so that Prometheus trusts exactly what a reviewer sees in the
 * file. Prometheus loads an expired one without a word and then delivers nothing.
 * @param key of the configuration, for the message
 * @param now milliseconds, UTC
 * @throws InvalidInputError naming the key
 */
export function authorityIn(key: string, path: string, now = Date.now()): string {
  const refused = (remedy: string, cause?: unknown) =>
    new InvalidInputError(
      "An Alertmanager's authority cannot be used",
      [{ key: `metrics-link:${key}`, value: path, remedy }],
      "REPOSITORY_FILE_INVALID",
      { cause },
    );
  let text: string;
  try {
    text = readFileSync(resolve(repositoryRoot, path), "utf8");
  } catch (error) {
    throw refused(`a file of the repository, relative to its root: ${messageOf(error)}`, error);
  }
  const certificates = unlessOtherText<ReturnType<typeof readCertificates>>(
    () => readCertificates(text),
    (why) => {
      throw refused(`a file with only PEM certificates: ${why}`);
    },
  );
  if (certificates.length === 0) throw refused("a file with at least one PEM certificate");
  for (const certificate of certificates) {
    const { validFromDate, validToDate } = certificate;
    if (now >= validFromDate.getTime() && now <= validToDate.getTime()) continue;
    throw refused(
      `certificates that are valid now, ${new Date(now).toISOString()}: ${subjectText(certificate)} is valid from ` +
        `${validFromDate.toISOString()} to ${validToDate.toISOString()}`,
    );
  }
  return certificates.map((certificate) => certificate.toString()).join("");
}
