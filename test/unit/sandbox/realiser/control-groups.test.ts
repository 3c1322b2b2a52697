import assert from "node:assert/strict";
import { parseCgroupSystem } from "@metrics-link/sandbox/realiser/hosts/control-groups.ts";

const mount = (point: string, type: string, options: string) =>
  `30 25 0:26 / ${point} rw,relatime shared:1 - ${type} ${type} rw,${options}`;

describe("the control groups of a machine", () => {
  it("are one hierarchy in version 2", () => {
    assert.deepEqual(parseCgroupSystem(mount("/sys/fs/cgroup", "cgroup2", "nsdelegate"), "0::/user.slice/x.scope\n"), {
      version: 2,
      hierarchies: [{ kind: "unified", mount: "/sys/fs/cgroup", parent: "/sys/fs/cgroup" }],
    });
  });

  it("are several in the hybrid set-up; memory stays below this process's own limit", () => {
    const mounts = [
      mount("/sys/fs/cgroup/cpu", "cgroup", "cpu"),
      mount("/sys/fs/cgroup/memory", "cgroup", "memory"),
      mount("/sys/fs/cgroup/devices", "cgroup", "devices"),
      mount("/sys/fs/cgroup/systemd", "cgroup", "name=systemd"),
      mount("/sys/fs/cgroup/unified", "cgroup2", "nsdelegate"),
    ];
    const own = "9:name=systemd:/a\n5:devices:/b\n4:memory:/limited/here\n1:cpu,cpuacct:/\n0::/\n";
    const system = parseCgroupSystem(mounts.join("\n"), own);
    assert.equal(system.version, 1);
    assert.deepEqual(
      system.hierarchies.map(({ kind, parent }) => [kind, parent]),
      [
        ["systemd", "/sys/fs/cgroup/systemd"],
        ["unified", "/sys/fs/cgroup/unified"],
        ["devices", "/sys/fs/cgroup/devices"],
        ["memory", "/sys/fs/cgroup/memory/limited/here"],
      ],
    );
  });

  it("must be mounted at all", () => {
    assert.throws(() => parseCgroupSystem(mount("/", "ext4", "errors=remount-ro"), "0::/\n"), /mount cgroup2/);
  });
});
