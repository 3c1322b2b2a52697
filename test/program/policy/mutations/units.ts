import type { Mutation } from "../support/table.ts";

const envoy = "systemd/metrics-link-envoy.service";
const prometheus = "systemd/metrics-link-prometheus.service";
const exporter = "systemd/metrics-link-node-exporter.service";
const repair = "systemd/metrics-link-repair.service";
const policies = ["units-are-known"];

type Change = Mutation[3];
const line =
  (path: string, from: string | RegExp, to: string): Change =>
  (it) =>
    it.file(path, (content) => content.replace(from, to));
/** Adds a line to a section. */
const more = (path: string, added: string, section = "[Service]"): Change =>
  line(path, `${section}\n`, `${section}\n${added}\n`);
const less = (path: string, directive: string): Change => line(path, new RegExp(`^${directive}=.*\\n`, "m"), "");

/** Units: systemd has more ways to run a command than a search for ExecStart= finds. */
export const units: readonly Mutation[] = [
  ["sender", "a directive has a blank before the equals sign", policies, line(envoy, "ExecStop=", "ExecStop =")],
  ["sender", "a directive has a blank after the equals sign", policies, line(envoy, "ExecStop=", "ExecStop= ")],
  [
    "sender",
    "a command continues on the next line",
    policies,
    line(prometheus, "/bin/kill -HUP $MAINPID", "/bin/kill -HUP \\\n $MAINPID"),
  ],
  [
    "sender",
    "a quoted flag is added",
    policies,
    line(prometheus, "--log.format=json", '"--web.enable-admin-api" --log.format=json'),
  ],
  [
    "sender",
    "a flag comes from the environment",
    policies,
    line(prometheus, "--log.format=json", "$MORE --log.format=json"),
  ],
  [
    "sender",
    "flags come from a file",
    policies,
    line(prometheus, "--log.format=json", "@/tmp/flags --log.format=json"),
  ],
  [
    "receiver",
    "a flag merges another configuration",
    policies,
    line(envoy, "--concurrency 2", "--config-yaml {} --concurrency 2"),
  ],
  ["sender", "root runs a command before the service starts", policies, more(envoy, "ExecStartPre=+/bin/sh -c id")],
  ["sender", "a command runs after the service starts", policies, more(exporter, "ExecStartPost=/bin/sh -c id")],
  ["sender", "a start condition runs a command", policies, more(repair, "ExecCondition=/bin/true")],
  [
    "sender",
    "the service runs another command when it stops",
    policies,
    line(envoy, "/bin/bash /opt/metrics-link/current/envoy/drain.sh", "/bin/bash -c"),
  ],
  ["sender", "the service has no user", policies, less(envoy, "User")],
  ["sender", "the service runs as root", policies, line(prometheus, "User=prometheus", "User=root")],
  ["sender", "the service runs as a dynamic user", policies, more(exporter, "DynamicUser=yes")],
  ["sender", "the service has another group", policies, more(prometheus, "SupplementaryGroups=envoy")],
  ["receiver", "the service may gain privileges", policies, line(envoy, "NoNewPrivileges=yes", "NoNewPrivileges=no")],
  ["receiver", "the service may write to the system's folders", policies, less(envoy, "ProtectSystem")],
  [
    "receiver",
    "the service may make any system call",
    policies,
    line(exporter, "SystemCallFilter=~@privileged @resources\n", ""),
  ],
  ["receiver", "the service may make more system calls", policies, more(exporter, "SystemCallFilter=@debug")],
  [
    "sender",
    "the service may execute memory that it has written",
    policies,
    line(repair, "MemoryDenyWriteExecute=yes", "MemoryDenyWriteExecute=no"),
  ],
  ["sender", "the service may write to another path", policies, more(exporter, "ReadWritePaths=/etc")],
  ["sender", "the service has another root directory", policies, more(exporter, "RootDirectory=/tmp")],
  ["sender", "a library is preloaded", policies, more(envoy, "Environment=LD_PRELOAD=/tmp/x.so")],
  ["sender", "the environment comes from a file", policies, more(envoy, "EnvironmentFile=/etc/default/envoy")],
  [
    "sender",
    "the service has another capability",
    policies,
    line(exporter, "CapabilityBoundingSet=CAP_NET_BIND_SERVICE", "CapabilityBoundingSet=CAP_SYS_PTRACE"),
  ],
  [
    "sender",
    "the service may reach the metadata service",
    policies,
    line(prometheus, "IPAddressAllow=localhost", "IPAddressAllow=localhost 169.254.169.254"),
  ],
  ["sender", "the service may reach every address", policies, line(envoy, /IPAddressAllow=.*/, "IPAddressAllow=any")],
  [
    "sender",
    "the service may reach a range of addresses",
    policies,
    line(envoy, /IPAddressAllow=.*/, "IPAddressAllow=localhost 198.51.0.0/16"),
  ],
  ["sender", "the service is denied no address", policies, less(repair, "IPAddressDeny")],
  [
    "receiver",
    "the service may listen on another port",
    policies,
    line(envoy, "SocketBindAllow=ipv4:tcp:8444", "SocketBindAllow=ipv4:tcp:22"),
  ],
  ["receiver", "the service may listen on one more port", policies, more(envoy, "SocketBindAllow=ipv4:tcp:22")],
  ["sender", "a section occurs twice", policies, line(exporter, "[Install]", "[Service]\nUser=root\n\n[Install]")],
  ["sender", "a section is unknown", policies, line(exporter, "[Install]", "[X-Mine]\nA=b\n\n[Install]")],
  ["sender", "a unit has a comment", policies, more(exporter, "# nothing to see")],
  ["sender", "a unit has an indented line", policies, line(exporter, "UMask=0077", " UMask=0000")],
  ["sender", "a unit has an alias", policies, more(exporter, "Alias=ssh.service", "[Install]")],
  [
    "sender",
    "a unit starts another one when it fails",
    policies,
    more(exporter, "OnFailure=emergency.service", "[Unit]"),
  ],
  [
    "sender",
    "a description has a letter of another alphabet that looks the same",
    policies,
    line(exporter, "Metrics of this host", "M\u0435trics of this host"),
  ],
  [
    "sender",
    "a unit sets another kernel parameter",
    policies,
    line(
      "systemd/metrics-link-ports.service",
      "net.ipv4.ip_unprivileged_port_start",
      "kernel.core_pattern=|/tmp/x net.ipv4.ip_unprivileged_port_start",
    ),
  ],
  [
    "sender",
    "a sender's Prometheus accepts writes",
    ["units-are-known", "prometheus-on-loopback"],
    line(prometheus, "--storage.remote.flush-deadline=5s", "--web.enable-remote-write-receiver"),
  ],
  [
    "sender",
    "a release has an unknown file",
    ["files-are-known"],
    (it) =>
      it.release((release) => {
        const [like] = release.files.filter(({ path }) => path === "envoy/drain.sh");
        if (like === undefined) throw new Error("no such file");
        release.files.push({ ...like, path: "envoy/more.lua" });
      }),
  ],
  [
    "receiver",
    "Prometheus may write its own configuration",
    ["files-are-known"],
    (it) =>
      it.release((release) => {
        for (const file of release.files) if (file.path === "prometheus/prometheus.yml") file.owner = "prometheus";
      }),
  ],
  [
    "receiver",
    "a receiver's release has a repairer",
    policies,
    (it) =>
      it.release((release) => {
        const [like] = release.files.filter(({ path }) => path === exporter);
        if (like === undefined) throw new Error("no such unit");
        release.files.push({ ...like, path: repair });
      }),
  ],
];
