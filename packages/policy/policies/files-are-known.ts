import { hostUsers } from "@metrics-link/release";
import { releaseRule } from "../model/release.ts";

/** Where a file may lie, as whose and with which mode; a path stands for itself, in whole. */
const root = { owner: "root", group: "root", mode: "0644" };
const readBy = (group: string) => ({ owner: "root", group, mode: "0640" });
const places: readonly (readonly [
  RegExp,
  { readonly owner: string; readonly group: string; readonly mode: string },
])[] = [
  [/^envoy\/(bootstrap|static-twin)\.(json|yaml)$/, readBy(hostUsers.envoy)],
  [/^envoy\/sds\/(leaf|trusted-ca-[a-z0-9-]+)\.(json|yaml)$/, readBy(hostUsers.envoy)],
  [/^(envoy\/drain\.sh|ports\/keep-ports\.mjs)$/, root],
  [/^tls\/(certificate-chain|roots\/[a-z0-9-]+)\.pem$/, readBy(hostUsers.envoy)],
  [/^tls\/own-root\.pem$/, root],
  [/^prometheus\/(prometheus|alerts)\.yml$/, readBy(hostUsers.prometheus)],
  [/^prometheus\/alertmanager-\d+\.ca\.pem$/, readBy(hostUsers.prometheus)],
  [/^prometheus\/rules\/[A-Za-z0-9._-]+$/, readBy(hostUsers.prometheus)],
  [/^repair\/(repair\.mjs|settings\.json)$/, readBy(hostUsers.repair)],
  // Which units, and what is in them, says units-are-known.
  [/^systemd\/metrics-link-[a-z-]+\.service$/, root],
];

export const filesAreKnown = releaseRule(
  {
    name: "files-are-known",
    fence: "host",
    rule: "Each file of a release lies where one is known to lie, belongs to root, and is read by whom it is for.",
    reason:
      "A file that nobody expects is configuration or a program that nobody reviews; one that its reader may write is too.",
    remedy:
      "Take the file back, or add its place to packages/policy/policies/files-are-known.ts, where a reviewer sees it.",
    source: "docs/decisions/0652; CWE-732, Incorrect Permission Assignment for Critical Resource",
  },
  function* ({ release }) {
    for (const { path, owner, group, mode } of release.files) {
      const place = places.find(([pattern]) => pattern.test(path))?.[1];
      const [found, expected] = [{ owner, group, mode }, place ?? root].map(
        (one) => `${one.owner}:${one.group} ${one.mode}`,
      );
      if (place === undefined) yield `${path} is no file that is known`;
      else if (found !== expected) yield `${path} is ${found} instead of ${expected}`;
    }
  },
);
