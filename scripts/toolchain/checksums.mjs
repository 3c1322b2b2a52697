// @ts-check

/**
 * Finds one file's SHA-256 in a checksum file as upstreams publish them: `HASH  NAME` and `HASH *NAME` (coreutils; Node's
 * SHASUMS256.txt, Prometheus' sha256sums.txt, goreleaser's checksums.txt, Envoy's clear-signed checksums.txt.asc), and
 * `SHA256 (NAME) = HASH` (BSD). Folders before the name do not matter. Hashes of other lengths are not SHA-256.
 * @param {string} text the checksum file
 * @param {string} fileName name without folders
 * @returns {string} 64 lower-case hexadecimal digits
 * @throws {Error} if the file is not named, or is named with two hashes
 */
export function findChecksum(text, fileName) {
  const found = new Set();
  for (const line of text.split(/\r?\n/)) {
    const gnu = /^([0-9a-fA-F]{64})\s+\*?(\S+)\s*$/.exec(line);
    const bsd = /^SHA256 \((\S+)\) = ([0-9a-fA-F]{64})\s*$/.exec(line);
    const name = gnu?.[2] ?? bsd?.[1];
    const hash = gnu?.[1] ?? bsd?.[2];
    if (name?.split("/").pop() === fileName && hash) found.add(hash.toLowerCase());
  }
  const [hash, other] = found;
  if (!hash) throw new Error(`no SHA-256 of ${fileName} in it`);
  if (other) throw new Error(`two hashes of ${fileName} in it: ${hash} and ${other}`);
  return hash;
}
