import { remoteWrite } from "@metrics-link/release";
import { type Duration, seconds } from "./typed.ts";

export interface HeaderMatcher {
  readonly name: string;
  readonly string_match: { readonly exact: string };
}

export interface RouteMatch {
  readonly path?: string;
  readonly prefix?: string;
  readonly headers?: readonly HeaderMatcher[];
}

/** Either `route` (to a cluster) or `direct_response` is set. */
export interface Route {
  readonly name: string;
  readonly match: RouteMatch;
  readonly route?: {
    readonly cluster: string;
    readonly timeout: Duration;
    readonly host_rewrite_literal?: string;
  };
  readonly direct_response?: { readonly status: number; readonly body: { readonly inline_string: string } };
  readonly response_headers_to_add?: readonly {
    readonly header: { readonly key: string; readonly value: string };
  }[];
}

export interface RouteConfiguration {
  readonly name: string;
  readonly virtual_hosts: readonly [
    { readonly name: string; readonly domains: readonly ["*"]; readonly routes: readonly Route[] },
  ];
  readonly response_headers_to_remove?: readonly string[];
}

/** One virtual host for any authority: what is reached is decided by the routes alone, in their order. */
export function routeConfiguration(name: string, routes: readonly Route[]): RouteConfiguration {
  return { name, virtual_hosts: [{ name, domains: ["*"], routes }] };
}

/** `path` in full, as sent: Envoy's path matcher alone would let any query string pass. */
function exactRequest(method: string, path: string): RouteMatch {
  return { path, headers: [exactHeader(":method", method), exactHeader(":path", path)] };
}

const exactHeader = (name: string, value: string): HeaderMatcher => ({ name, string_match: { exact: value } });

/** Routes `method path` to a cluster, and only that. */
export function routeTo(
  cluster: string,
  request: { readonly name: string; readonly method: string; readonly path: string },
  timeoutSeconds: number,
  authority?: string,
): Route {
  return {
    name: request.name,
    match: exactRequest(request.method, request.path),
    route: {
      cluster,
      timeout: seconds(timeoutSeconds),
      ...(authority === undefined ? {} : { host_rewrite_literal: authority }),
    },
  };
}

/** Answers any request with a status, without ever reaching a cluster. */
export function answer(name: string, status: number, text: string): Route {
  return {
    name,
    match: { prefix: "/" },
    direct_response: { status, body: { inline_string: `${text}\n` } },
  };
}

/** `POST /api/v1/write` to a cluster; the path with another method is 405, everything else 404. */
export function onlyRemoteWrite(cluster: string, timeoutSeconds: number, authority?: string): readonly Route[] {
  const { path } = remoteWrite;
  return [
    routeTo(cluster, { name: "remote-write", method: "POST", path }, timeoutSeconds, authority),
    {
      name: "wrong-method",
      match: { path, headers: [exactHeader(":path", path)] },
      direct_response: { status: 405, body: { inline_string: "only POST is accepted here\n" } },
      response_headers_to_add: [{ header: { key: "allow", value: "POST" } }],
    },
    notFound,
  ];
}

export const notFound: Route = answer("not-found", 404, "nothing is served here");
