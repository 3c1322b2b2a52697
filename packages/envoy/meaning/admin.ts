import type { Address } from "../address.ts";
import type { Admin } from "../admin.ts";
import { type Finding, findingsOf, type Unchecked } from "./finding.ts";

/** On this machine only. */
export const isLocal = (address: Unchecked<Address> | undefined): boolean =>
  address?.pipe?.path !== undefined || /^127\./.test(address?.socket_address?.address ?? "");

/** What must not be asked even by programs on the host: it would change or end this Envoy. */
const tooMuch = ["/quitquitquit", "/logging", "/runtime_modify", "/reset_counters", "/init_dump"];

export function checkAdmin(admin: Unchecked<Admin> | undefined): readonly Finding[] {
  const allowed = admin?.allow_paths ?? [];
  const open = tooMuch.filter((path) =>
    allowed.some(({ exact, prefix }) => exact === path || (prefix !== undefined && path.startsWith(prefix))),
  );
  return findingsOf("admin", "admin")(
    [admin !== undefined && !isLocal(admin.address), "it can be reached from outside this machine"],
    [admin !== undefined && allowed.length === 0, "no allow_paths: every page is served"],
    [open.length > 0, `too much is allowed: ${open.join(", ")}`],
  );
}
