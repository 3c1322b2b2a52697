import { fingerprintsOf, LinkError } from "@metrics-link/contract";
import { type Release, sha256 } from "@metrics-link/release";
import { runOnHost, type Sandbox } from "../../cli/sandbox.ts";
import type { Role } from "../../cli/stack-files.ts";
import { edited, Releases } from "../releases.ts";
import type { Fault } from "./fault.ts";
import { runAgent } from "./units.ts";

/** A release published without Pulumi; the host's agent runs at once instead of within the minute. */
const published = (sandbox: Sandbox, host: Role, change: (release: Release) => Release): Fault => ({
  async inject() {
    await (await Releases.of(sandbox, host)).publish(change);
    await runAgent(sandbox, host);
  },
  async heal() {
    await (await Releases.of(sandbox, host)).withdraw();
    await runAgent(sandbox, host);
  },
});

/** A release that Envoy rejects in validation; the timer does not retry it. */
export function badRelease(sandbox: Sandbox, host: Role): Fault {
  const { inject, heal } = published(sandbox, host, (release) =>
    edited(release, "envoy/bootstrap.json", '"admin": {', '"administration": {},\n  "admin": {'),
  );
  return {
    async inject() {
      await inject();
      await runAgent(sandbox, host);
    },
    heal,
  };
}

/**
 * The receiver gets the wrong root for a sender, and a release whose checks expect it, so every check passes. The probe
 * that would roll the release back is left out, as if the link had been down before.
 */
export function wrongRoot(sandbox: Sandbox, sender: string): Fault {
  const bundle = `tls/roots/${sender}.pem`;
  const fault = published(sandbox, "receiver", (release) => {
    const content = release.files.find(({ path }) => path === "tls/own-root.pem")?.content;
    if (content === undefined) {
      throw new LinkError("RELEASE_INVALID", { what: "the receiver's release has no tls/own-root.pem" });
    }
    return {
      ...release,
      files: release.files.map((file) => (file.path === bundle ? { ...file, content, sha256: sha256(content) } : file)),
      checks: release.checks.map((check) =>
        check.kind === "trustBundle" && check.file === bundle
          ? { ...check, fingerprints: fingerprintsOf(content) }
          : check,
      ),
      probes: release.probes.filter(({ kind }) => kind !== "receives"),
    };
  });
  /** An open connection was verified when it was made. */
  const connectAnew = () => runOnHost(sandbox, "sender", ["systemctl", "restart", "metrics-link-envoy"]);
  return {
    async inject() {
      await fault.inject();
      await connectAnew();
    },
    heal: fault.heal,
  };
}
