import { downstreamContexts } from "../model/envoy.ts";
import { releaseRule } from "../model/release.ts";
import { onlyName } from "../model/tls.ts";

export const clientNameIsExact = releaseRule(
  {
    name: "client-name-is-exact",
    fence: "client identity",
    rule: "The chain of a sender accepts exactly one DNS name, letter by letter.",
    reason: "A pattern, a wildcard or a second name lets in certificates of the same root that are not the sender's.",
    remedy:
      "Match one subject alternative name of type DNS by a safe_regex in which everything is quoted; `exact` would also accept a wildcard certificate.",
    source: "docs/architecture.md, fence 2; RFC 9525 section 6.3; docs/decisions/0302",
  },
  function* (release) {
    for (const envoy of release.envoys) {
      for (const { where, context } of downstreamContexts(envoy ?? {})) {
        if (onlyName(context) === undefined) yield `${where}: the accepted names are not one literal DNS name`;
      }
    }
  },
);
