import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type CloudInitInput,
  cloudInit,
  cloudInitText,
  userDataLimitBytes,
} from "@metrics-link/host/cloud/cloud-init.ts";
import { bootstrapUnitName, dataMountName, unitNames } from "@metrics-link/host/cloud/units.ts";
import { cacheDirectory } from "@metrics-link/release";
import { describe, it } from "mocha";
import { parse } from "yaml";

const input: CloudInitInput = {
  hostName: "sender",
  region: "eu-west-1",
  bucket: "metrics-link-sender-111111111111-eu-west-1",
};
const fileOf = (path: string) => {
  const found = cloudInit(input).write_files.find((file) => file.path === path);
  assert.ok(found, `${path} is written`);
  return found;
};

describe("cloud-init", () => {
  it("is YAML with a header, and parses to the object", () => {
    const text = cloudInitText(input);
    assert.match(text, /^#cloud-config\n/);
    assert.deepEqual(parse(text), cloudInit(input));
  });

  it("leaves an eighth of EC2's 16 KB free", () => {
    assert.ok(Buffer.byteLength(cloudInitText(input)) < (userDataLimitBytes * 7) / 8);
  });

  it("refuses to be larger than EC2 allows", () => {
    assert.throws(() => cloudInitText({ ...input, bucket: "b".repeat(16_384) }), {
      code: "AWS_LIMIT",
      message: /has \d+ bytes, EC2 allows 16384/,
    });
  });

  it("contains no version of anything, so that it never ages", () => {
    assert.doesNotMatch(cloudInitText(input), /[0-9a-f]{64}/);
  });

  it("creates the service users with fixed ids, and no user who can log in", () => {
    assert.deepEqual(
      cloudInit(input).users.map(({ name, uid, shell, lock_passwd }) => [name, uid, shell, lock_passwd]),
      [
        ["envoy", 901, "/usr/sbin/nologin", true],
        ["prometheus", 902, "/usr/sbin/nologin", true],
        ["node-exporter", 903, "/usr/sbin/nologin", true],
        ["link-repair", 904, "/usr/sbin/nologin", true],
      ],
    );
  });

  it("finds the data volume whatever its id: another may be attached later, and user data stays", () => {
    const { content } = fileOf("/etc/systemd/system/metrics-link-data.service");
    assert.doesNotMatch(cloudInitText(input), /vol-?[0-9a-f]{8}/);
    assert.match(
      content,
      /^ExecStart=\/opt\/metrics-link\/bin\/data-volume \/dev\/disk\/by-id \/var\/lib\/metrics-link \/run\/metrics-link-data\/device$/m,
    );
    assert.doesNotMatch(content, /\.device/);
  });

  it("mounts it with sync", () => {
    const { content } = fileOf("/etc/systemd/system/var-lib-metrics\\x2dlink.mount");
    assert.match(content, /^Options=(\S+,)?sync(,|$)/m);
  });

  it("raises the limit of inotify instances", () => {
    assert.match(fileOf("/etc/sysctl.d/60-metrics-link.conf").content, /^fs\.inotify\.max_user_instances = 4096$/m);
  });

  it("starts the bootstrap with the host's own bucket", () => {
    assert.match(
      fileOf("/etc/systemd/system/metrics-link-bootstrap.service").content,
      /^ExecStart=\/opt\/metrics-link\/bin\/bootstrap eu-west-1 metrics-link-sender-111111111111-eu-west-1 sender$/m,
    );
  });

  it("disables SSH before anything slow, and again at each boot", () => {
    const { content, permissions } = fileOf("/var/lib/cloud/scripts/per-boot/metrics-link");
    const at = (text: string) => {
      assert.ok(content.includes(text), text);
      return content.indexOf(text);
    };
    assert.equal(permissions, "0755");
    assert.ok(at("systemctl stop 'ssh.*' 'apt-daily*.timer'") < at("mask --now --quiet ssh.service"));
    assert.ok(
      at("mask --now --quiet ssh.service ssh.socket apt-daily.timer apt-daily-upgrade.timer") <
        at(`start ${bootstrapUnitName}`),
    );
    assert.ok(at('start --no-block "$mount"') < at(`start ${bootstrapUnitName}`), "not held up by the bucket");
    assert.ok(at(`enable --quiet "$mount" ${bootstrapUnitName} ${unitNames.agentTimer}`) < at("dpkg --install"));
    assert.ok(at(`mount='${dataMountName}'`) > 0);
  });

  it("matches the schema of the hosts' cloud-init", () => {
    const { image } = JSON.parse(readFileSync(join(cacheDirectory(), "toolchain.json"), "utf8"));
    // In a mount namespace of its own: the image stays as it is.
    const check = `mount -t tmpfs tmpfs "$0/tmp" && cat > "$0/tmp/user-data" &&
      chroot "$0" cloud-init schema --annotate --config-file /tmp/user-data`;
    const { status, stdout, stderr } = spawnSync(
      "unshare",
      ["--mount", "--propagation=slave", "/bin/sh", "-c", check, image.root],
      {
        encoding: "utf8",
        input: cloudInitText(input),
      },
    );
    assert.equal(status, 0, stdout + stderr);
  });
});
