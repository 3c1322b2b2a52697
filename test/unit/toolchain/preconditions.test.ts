import assert from "node:assert/strict";
import { findProblems, type Machine } from "../../../scripts/toolchain/preconditions.mjs";

const good: Machine = {
  platform: "linux",
  arch: "x64",
  uid: 0,
  namespaces: true,
  cgroups: true,
  python: [3, 13],
  pip: true,
  venv: true,
  npm: true,
  go: "1.26",
  toBuild: ["pulumi"],
  missingPackages: ["nftables"],
  apt: true,
  needsImage: true,
  debianMirror: true,
  cache: "/cache",
  freeGb: 80,
  cold: true,
};

describe("preconditions", () => {
  it("are met by a bare Debian with Node, Python and Go", () => assert.deepEqual(findProblems(good), []));

  const cases: [string, Partial<Machine>, RegExp][] = [
    [
      "another system",
      { platform: "darwin", arch: "arm64" },
      /darwin arm64.*Linux on x86-64; use a virtual machine.*npm run setup -- --deploy/,
    ],
    ["a user who is not root", { uid: 1000, namespaces: false }, /not root.*sudo.*npm run setup -- --deploy/],
    ["no namespaces", { namespaces: false }, /namespaces cannot be made.*--privileged/],
    ["no cgroups", { cgroups: false }, /no cgroup hierarchy.*--privileged/],
    ["no Python", { python: null }, /python3 is missing.*3\.11/],
    ["an old Python", { python: [3, 9] }, /python3 is 3\.9.*3\.11/],
    ["no pip", { pip: false }, /apt-get install python3-pip/],
    ["no npm", { npm: false }, /npm is missing.*Node 20/],
    ["no Go where a build is needed", { go: null }, /Go is missing, and pulumi must be built.*npm run pin/],
    ["an old Go", { go: "1.19" }, /Go is 1\.19.*Go 1\.21/],
    ["no apt", { apt: false }, /apt-get is missing.*nftables/],
    ["no Debian mirror", { debianMirror: false }, /METRICS_LINK_DEBIAN_MIRROR/],
    ["a full disk", { freeGb: 1.26 }, /1\.3 GB are free in \/cache, 6 GB are needed.*METRICS_LINK_CACHE/],
  ];
  for (const [name, machine, expected] of cases) {
    it(`name ${name} and what to do`, () => {
      const problems = findProblems({ ...good, ...machine });
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", expected);
    });
  }

  it("are reported all at once", () =>
    assert.equal(findProblems({ ...good, uid: 1, npm: false, python: null }).length, 3));

  it("require nothing unnecessary", () => {
    const warm = {
      ...good,
      toBuild: [],
      go: null,
      missingPackages: [],
      apt: false,
      needsImage: false,
      cold: false,
      freeGb: 1,
    };
    assert.deepEqual(findProblems(warm), []);
  });
});
