import type { HttpConnectionManager } from "../http-connection-manager.ts";
import type { FilterChain } from "../listener.ts";
import type { Route } from "../route.ts";
import type { Extension } from "../typed.ts";
import { type Finding, findingsOf, type Unchecked } from "./finding.ts";

const managers = (chain: Unchecked<FilterChain>) =>
  (chain.filters ?? [])
    .filter(({ name }) => name === "envoy.filters.network.http_connection_manager")
    .map((filter) => (filter as Unchecked<Extension<HttpConnectionManager>>).typed_config);

/** Every route of every HTTP connection manager of a chain. */
export const routesOf = (chain: Unchecked<FilterChain>): readonly Unchecked<Route>[] =>
  managers(chain).flatMap((manager) =>
    (manager?.route_config?.virtual_hosts ?? []).flatMap(({ routes }) => routes ?? []),
  );

/** What leads to a cluster is one method on one path, byte for byte; and the path is compared as it was sent. */
export function checkRoutes(where: string, chain: Unchecked<FilterChain>): Finding[] {
  return [
    ...routesOf(chain)
      .filter((route) => route.route !== undefined)
      .flatMap(({ name, match }) => {
        const exact = (header: string) =>
          match?.headers?.find((matcher) => matcher.name === header)?.string_match?.exact;
        return findingsOf("exact-route", `${where}, route ${name}`)(
          [match?.path === undefined || exact(":path") !== match.path, "not one exact path without a query string"],
          [!exact(":method"), "any method"],
        );
      }),
    ...findingsOf(
      "path-as-sent",
      where,
    )([
      // A plain bool of protocol buffers, so absent is false; normalize_path is a BoolValue, which a build may default to true.
      managers(chain).some((manager) => manager?.normalize_path !== false || manager.merge_slashes === true),
      "paths are normalised: other spellings of the one path would pass",
    ]),
    ...findingsOf(
      "only-http",
      where,
    )([managers(chain).length !== 1, `${managers(chain).length} HTTP connection managers instead of one`]),
  ];
}
