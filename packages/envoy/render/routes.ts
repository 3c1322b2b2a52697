/** What a listener forwards, and what it answers itself. */
import { type QueryRoutes, remoteWrite, senderHeader } from "@metrics-link/release";
import { type Duration, seconds } from "./messages.ts";

interface HeaderMatcher {
  readonly name: string;
  readonly string_match: { readonly exact: string };
  readonly invert_match?: boolean;
}

interface RouteMatch {
  readonly path?: string;
  readonly prefix?: string;
  /** Of the whole path, without its query. */
  readonly safe_regex?: { readonly regex: string };
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
  readonly request_headers_to_add?: readonly {
    readonly header: { readonly key: string; readonly value: string };
    readonly append_action: "OVERWRITE_IF_EXISTS_OR_ADD";
  }[];
  readonly response_headers_to_add?: readonly {
    readonly header: { readonly key: string; readonly value: string };
  }[];
}

export interface RouteConfiguration {
  readonly name: string;
  readonly virtual_hosts: readonly [
    { readonly name: string; readonly domains: readonly ["*"]; readonly routes: readonly Route[] },
  ];
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

interface Rewriting {
  /** The Host that the cluster sees. */
  readonly authority?: string;
  /** The name that the gate gets in `senderHeader`, in the place of whatever the client sent there. */
  readonly sender?: string;
}

/** Routes `method path` to a cluster, and only that. */
export function routeTo(
  cluster: string,
  request: { readonly name: string; readonly method: string; readonly path: string },
  timeoutSeconds: number,
  { authority, sender }: Rewriting = {},
): Route {
  return {
    name: request.name,
    match: exactRequest(request.method, request.path),
    route: {
      cluster,
      timeout: seconds(timeoutSeconds),
      ...(authority === undefined ? {} : { host_rewrite_literal: authority }),
    },
    ...(sender === undefined
      ? {}
      : {
          request_headers_to_add: [
            { header: { key: senderHeader, value: sender }, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" },
          ],
        }),
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
export function onlyRemoteWrite(cluster: string, timeoutSeconds: number, rewriting: Rewriting): readonly Route[] {
  const { path } = remoteWrite;
  return [
    routeTo(cluster, { name: "remote-write", method: "POST", path }, timeoutSeconds, rewriting),
    wrongMethod(path, "POST"),
    notFound,
  ];
}

/** `GET path` to a cluster, without a query; the path with another method, HEAD too, is 405, everything else 404. */
export const onlyPage = (cluster: string, path: string, timeoutSeconds: number): readonly Route[] => [
  routeTo(cluster, { name: "metrics", method: "GET", path }, timeoutSeconds),
  wrongMethod(path, "GET"),
  notFound,
];

/** `GET` of each of these paths to a cluster, with any query; another method is 405, everything else 404. A route is named after its path. */
export function onlyQueries(
  cluster: string,
  { paths, patterns }: QueryRoutes,
  timeoutSeconds: number,
): readonly Route[] {
  const headers = [exactHeader(":method", "GET")];
  const route = { cluster, timeout: seconds(timeoutSeconds) };
  return [
    ...paths.map((path) => ({ name: path, match: { path, headers }, route })),
    ...patterns.map((regex) => ({ name: regex, match: { safe_regex: { regex }, headers }, route })),
    {
      name: "wrong-method",
      match: { prefix: "/", headers: [{ ...exactHeader(":method", "GET"), invert_match: true }] },
      ...onlyBy("GET"),
    },
    notFound,
  ];
}

const wrongMethod = (path: string, method: string): Route => ({
  name: "wrong-method",
  match: { path, headers: [exactHeader(":path", path)] },
  ...onlyBy(method),
});

const onlyBy = (method: string): Pick<Route, "direct_response" | "response_headers_to_add"> => ({
  direct_response: { status: 405, body: { inline_string: `only ${method} is accepted here\n` } },
  response_headers_to_add: [{ header: { key: "allow", value: method } }],
});

export const notFound: Route = answer("not-found", 404, "nothing is served here");
