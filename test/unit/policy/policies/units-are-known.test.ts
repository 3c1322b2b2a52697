import { specifyRelease } from "../support/specification.ts";

const exporter = "systemd/metrics-link-node-exporter.service";
const gate = "systemd/metrics-link-gate.service";
const envoy = "systemd/metrics-link-envoy.service";

specifyRelease("units-are-known", "sender", {
  "a directive that is not known": [
    (it) => it.file(exporter, (text) => text.replace("[Service]", "[Service]\nExecStartPre=+/bin/id")),
    /node-exporter.service \[Service\]: ExecStartPre=\+\/bin\/id is not known/,
  ],
  "a directive that is missing": [
    (it) => it.file(exporter, (text) => text.replace("ProtectHome=yes\n", "")),
    /\[Service\]: ProtectHome=yes is missing/,
  ],
  "another value": [
    (it) => it.file(exporter, (text) => text.replace("User=node-exporter", "User=root")),
    /User=root instead of node-exporter/,
  ],
  "a value more": [
    (it) =>
      it.file(exporter, (text) => text.replace("SystemCallFilter=@", "SystemCallFilter=@raw-io\nSystemCallFilter=@")),
    /SystemCallFilter=@raw-io, @system-service, .* instead of/,
  ],
  "an address that belongs to no peer": [
    (it) => it.file(envoy, (text) => text.replace("198.51.100.11", "169.254.169.254")),
    /IPAddressAllow=.*169.254.169.254 instead of addresses of the link/,
  ],
  "a line that is read otherwise": [
    (it) => it.file(exporter, (text) => text.replace("ExecStart=", "ExecStart =")),
    /line 7 is not of the form Key=value/,
  ],
  "a section that is not known": [
    (it) => it.file(exporter, (text) => `${text}\n[Socket]\nListenStream=22\n`),
    /\[Socket\]: ListenStream=22 is not known/,
  ],
});

specifyRelease("units-are-known", "receiver", {
  "any source address": [
    (it) => it.file(envoy, (text) => text.replace(/IPAddressDeny=.*/, "IPAddressDeny=::/0")),
    /IPAddressDeny=::\/0 instead of 0.0.0.0\/8 /,
  ],
  "a repairer where nothing is sent": [
    (it) =>
      it.release((release) => {
        const [like] = release.files.filter(({ path }) => path === exporter);
        if (like !== undefined) release.files.push({ ...like, path: "systemd/metrics-link-repair.service" });
      }),
    /metrics-link-repair.service is not a known unit/,
  ],
  "a gate with another command after it": [
    (it) => it.file(gate, (text) => text.replace("chgrp envoy", "chmod 666")),
    /ExecStartPost=.*chmod 666 .* instead of/,
  ],
  "a gate that runs code from strings": [
    (it) => it.file(gate, (text) => text.replace(" --disallow-code-generation-from-strings", "")),
    /gate.service \[Service\]: ExecStart=.* instead of/,
  ],
});
