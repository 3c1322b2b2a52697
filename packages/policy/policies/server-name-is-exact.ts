import { upstreamContexts } from "../model/envoy.ts";
import { releaseRule } from "../model/release.ts";
import { onlyName } from "../model/tls.ts";

export const serverNameIsExact = releaseRule(
  {
    name: "server-name-is-exact",
    fence: "server identity",
    rule: "The sender's Envoy asks for one DNS name and accepts exactly that, letter by letter.",
    reason: "A pattern or a second name lets another certificate of the receiver's account stand in for the receiver.",
    remedy: "Match one subject alternative name of type DNS by a quoted safe_regex, and send the same name as sni.",
    source: "docs/architecture.md, fence 3; RFC 9525 section 6.3; RFC 6066 section 3",
  },
  function* (release) {
    for (const envoy of release.envoys) {
      for (const { where, context } of upstreamContexts(envoy ?? {})) {
        const name = onlyName(context);
        if (name === undefined) yield `${where}: the accepted names are not one literal DNS name`;
        if (!context.sni) yield `${where}: no sni is sent`;
        else if (name !== undefined && context.sni !== name) yield `${where}: sni is ${context.sni} instead of ${name}`;
      }
    }
  },
);
