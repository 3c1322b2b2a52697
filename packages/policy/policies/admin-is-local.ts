import { hostPaths } from "@metrics-link/contract/host-paths.ts";
import { show } from "../model/envoy.ts";
import { releaseRule } from "../model/release.ts";

/** What changes or ends an Envoy. Who may ask its socket may read its files anyway (docs/decisions/0416). */
const tooMuch = ["/quitquitquit", "/logging", "/runtime_modify", "/reset_counters"];

export const adminIsLocal = releaseRule(
  {
    name: "admin-is-local",
    fence: "client identity",
    rule: "Envoy's admin interface is a unix socket, and serves only what the host itself asks.",
    reason: "Whoever reaches it from elsewhere can end this Envoy, or read all of its configuration.",
    remedy: `Put admin.address on the pipe ${hostPaths.envoyAdminSocket}, and list what is asked in allow_paths.`,
    source: "docs/architecture.md, Three fences; Envoy's documentation, Administration interface",
  },
  function* (release) {
    for (const envoy of release.envoys) {
      const admin = envoy?.admin;
      if (admin === undefined) continue;
      if (admin.address?.pipe?.path === undefined)
        yield `admin.address is ${show(admin.address)} instead of a unix socket`;
      const allowed = admin.allow_paths ?? [];
      if (allowed.length === 0) yield "admin.allow_paths is empty: every page is served";
      const open = tooMuch.filter((path) =>
        allowed.some(
          ({ exact, prefix, ...others }) =>
            exact === path || (prefix !== undefined && path.startsWith(prefix)) || Object.keys(others).length > 0,
        ),
      );
      if (open.length > 0) yield `admin.allow_paths allows ${open.join(", ")}`;
    }
  },
);
