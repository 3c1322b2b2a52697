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
/** One line more in a section. */
const more = (path: string, added: string, section = "[Service]"): Change =>
  line(path, `${section}\n`, `${section}\n${added}\n`);
const less = (path: string, directive: string): Change => line(path, new RegExp(`^${directive}=.*\\n`, "m"), "");

/** Units: systemd has more ways to say something than a search for ExecStart= finds. */
export const units: readonly Mutation[] = [
  ["sender", "a blank before the equals sign", policies, line(envoy, "ExecStop=", "ExecStop =")],
  ["sender", "a blank after the equals sign", policies, line(envoy, "ExecStop=", "ExecStop= ")],
  [
    "sender",
    "a command that goes on in the next line",
    policies,
    line(prometheus, "/bin/kill -HUP $MAINPID", "/bin/kill -HUP \\\n $MAINPID"),
  ],
  [
    "sender",
    "a flag in quotes",
    policies,
    line(prometheus, "--log.format=json", '"--web.enable-admin-api" --log.format=json'),
  ],
  ["sender", "a flag from the environment", policies, line(prometheus, "--log.format=json", "$MORE --log.format=json")],
  ["sender", "flags from a file", policies, line(prometheus, "--log.format=json", "@/tmp/flags --log.format=json")],
  [
    "receiver",
    "a flag that merges configuration",
    policies,
    line(envoy, "--concurrency 2", "--config-yaml {} --concurrency 2"),
  ],
  ["sender", "a command of root's before it", policies, more(envoy, "ExecStartPre=+/bin/sh -c id")],
  ["sender", "a command after it", policies, more(exporter, "ExecStartPost=/bin/sh -c id")],
  ["sender", "a condition that runs something", policies, more(repair, "ExecCondition=/bin/true")],
  [
    "sender",
    "another command at a stop",
    policies,
    line(envoy, "/bin/bash /opt/metrics-link/current/envoy/drain.sh", "/bin/bash -c"),
  ],
  ["sender", "no user", policies, less(envoy, "User")],
  ["sender", "root as user", policies, line(prometheus, "User=prometheus", "User=root")],
  ["sender", "a user that is made up", policies, more(exporter, "DynamicUser=yes")],
  ["sender", "a group more", policies, more(prometheus, "SupplementaryGroups=envoy")],
  ["receiver", "new privileges", policies, line(envoy, "NoNewPrivileges=yes", "NoNewPrivileges=no")],
  ["receiver", "no protection of the system", policies, less(envoy, "ProtectSystem")],
  ["receiver", "every system call", policies, line(exporter, "SystemCallFilter=~@privileged @resources\n", "")],
  ["receiver", "one system call more", policies, more(exporter, "SystemCallFilter=@debug")],
  [
    "sender",
    "memory that is written and run",
    policies,
    line(repair, "MemoryDenyWriteExecute=yes", "MemoryDenyWriteExecute=no"),
  ],
  ["sender", "a path that may be written", policies, more(exporter, "ReadWritePaths=/etc")],
  ["sender", "another root directory", policies, more(exporter, "RootDirectory=/tmp")],
  ["sender", "a library put in front", policies, more(envoy, "Environment=LD_PRELOAD=/tmp/x.so")],
  ["sender", "an environment from a file", policies, more(envoy, "EnvironmentFile=/etc/default/envoy")],
  [
    "sender",
    "a capability more",
    policies,
    line(exporter, "CapabilityBoundingSet=CAP_NET_BIND_SERVICE", "CapabilityBoundingSet=CAP_SYS_PTRACE"),
  ],
  [
    "sender",
    "the metadata service",
    policies,
    line(prometheus, "IPAddressAllow=localhost", "IPAddressAllow=localhost 169.254.169.254"),
  ],
  ["sender", "every address", policies, line(envoy, /IPAddressAllow=.*/, "IPAddressAllow=any")],
  [
    "sender",
    "a range of addresses",
    policies,
    line(envoy, /IPAddressAllow=.*/, "IPAddressAllow=localhost 198.51.0.0/16"),
  ],
  ["sender", "nothing denied", policies, less(repair, "IPAddressDeny")],
  ["receiver", "another port", policies, line(envoy, "SocketBindAllow=ipv4:tcp:8444", "SocketBindAllow=ipv4:tcp:22")],
  ["receiver", "one more port", policies, more(envoy, "SocketBindAllow=ipv4:tcp:22")],
  ["sender", "a section that begins again", policies, line(exporter, "[Install]", "[Service]\nUser=root\n\n[Install]")],
  ["sender", "a section that nobody knows", policies, line(exporter, "[Install]", "[X-Mine]\nA=b\n\n[Install]")],
  ["sender", "a comment", policies, more(exporter, "# nothing to see")],
  ["sender", "an indented line", policies, line(exporter, "UMask=0077", " UMask=0000")],
  ["sender", "an alias", policies, more(exporter, "Alias=ssh.service", "[Install]")],
  ["sender", "a unit that runs when it fails", policies, more(exporter, "OnFailure=emergency.service", "[Unit]")],
  ["sender", "a text of other letters", policies, line(exporter, "Metrics of this host", "M\u0435trics of this host")],
  [
    "sender",
    "another setting of the kernel",
    policies,
    line(
      "systemd/metrics-link-ports.service",
      "net.ipv4.ip_unprivileged_port_start",
      "kernel.core_pattern=|/tmp/x net.ipv4.ip_unprivileged_port_start",
    ),
  ],
  [
    "sender",
    "Prometheus takes writes",
    ["units-are-known", "prometheus-on-loopback"],
    line(prometheus, "--storage.remote.flush-deadline=5s", "--web.enable-remote-write-receiver"),
  ],
  [
    "sender",
    "a release has a file that nobody expects",
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
    "a release has a repairer where nothing is sent",
    policies,
    (it) =>
      it.release((release) => {
        const [like] = release.files.filter(({ path }) => path === exporter);
        if (like === undefined) throw new Error("no such unit");
        release.files.push({ ...like, path: repair });
      }),
  ],
];
