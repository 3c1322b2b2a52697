import { anchorsOf, type Fault } from "../trust.ts";
import type { Tls } from "../view.ts";
import type { Facts } from "./rule.ts";

/** RFC 8446 only: an older handshake shows the client's certificate in clear, and can be resumed. */
export function* onlyTls13({ common }: Tls): Generator<Fault> {
  for (const [bound, field] of [
    ["minimum", "tls_minimum_protocol_version"],
    ["maximum", "tls_maximum_protocol_version"],
  ] as const) {
    const version = common.at("tls_params", field);
    if (version.text !== "TLSv1_3") {
      yield {
        path: version.path,
        message: `the ${bound} TLS version is ${version.text ?? "not set"} instead of TLSv1_3`,
      };
    }
  }
}

/**
 * One bundle of the release and nothing else; with pins, exactly roots that are pinned.
 * @param pinned `undefined` where the pins are not known
 */
export function* onlyPinned(tls: Tls, { lookup }: Facts, pinned: readonly string[] | undefined): Generator<Fault> {
  const anchors = anchorsOf(tls, lookup);
  if ("fault" in anchors) {
    yield anchors.fault;
    return;
  }
  const { fingerprints, file } = anchors.found;
  if (fingerprints === undefined) return;
  const { path } = tls.common;
  if (fingerprints.length === 0) yield { path, message: `${file} holds no certificate` };
  if (pinned === undefined) return;
  for (const fingerprint of fingerprints.filter((one) => !pinned.includes(one))) {
    const pins = pinned.join(", ") || "none";
    yield { path, message: `${file} holds ${fingerprint}, which is not pinned for this peer (pinned: ${pins})` };
  }
}
