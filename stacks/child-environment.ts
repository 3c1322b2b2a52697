/**
 * Which variables of this process' environment a child gets. A list of what is allowed, by name: an update has the address of its
 * engine and a passphrase in variables, a pipeline has tokens in variables that nobody here has heard of.
 */

/** Patterns of names, for any program: how it finds its files and the network. Letter case does not count, as for `https_proxy`. */
export const findingItsWay: readonly string[] = [
  "PATH|HOME|USER|LOGNAME|TMPDIR|TZ|LANG|LC_\\w+|XDG_(CACHE|CONFIG|DATA|STATE)_HOME|METRICS_LINK_\\w+",
  "(https?|no|all)_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)",
];

/** The part of an environment whose names match one of these patterns as a whole. */
export function onlyNamed(patterns: readonly string[]): (environment: NodeJS.ProcessEnv) => NodeJS.ProcessEnv {
  const allowed = new RegExp(`^(${patterns.join("|")})$`, "i");
  return (environment) => Object.fromEntries(Object.entries(environment).filter(([name]) => allowed.test(name)));
}
