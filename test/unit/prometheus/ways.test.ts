import assert from "node:assert/strict";
import { leadsTo, wayProblems } from "@metrics-link/prometheus";
import fc from "fast-check";
import { stringify } from "yaml";
import { scrapeFilesOf, userFile } from "./examples.ts";

const ways = [
  { cidr: "10.40.1.0/24", ports: [9100, 9400] },
  { cidr: "10.40.2.7/32", ports: [443] },
];

const problemsOf = (jobs: readonly object[], open = ways) =>
  wayProblems(scrapeFilesOf([userFile("scrape/shop.yaml", stringify(jobs))]), open);
const job = (targets: readonly string[], more: object = {}) => ({
  job_name: "shop",
  static_configs: [{ targets }],
  ...more,
});

describe("the ways to what jobs scrape", () => {
  it("lead to declared ranges at declared ports, and to this host", () => {
    assert.deepEqual(problemsOf([job(["10.40.1.0:9100", "10.40.1.255:9400", "127.0.0.1:9903", "localhost:9904"])]), []);
    assert.deepEqual(problemsOf([job(["10.40.2.7"], { scheme: "https" })]), []);
  });

  for (const [what, target] of [
    ["another port", "10.40.1.7:9101"],
    ["an address beside the range", "10.40.2.0:9100"],
    ["the port of another range", "10.40.2.7:9100"],
    ["an address of the internet", "203.0.113.7:9100"],
    ["no port, which is 80", "10.40.1.7"],
  ] as const) {
    it(`do not lead to ${what}`, () => {
      const [problem, ...more] = problemsOf([job(["10.40.1.7:9100", target])]);
      assert.deepEqual(more, []);
      assert.equal(problem?.key, "scrape/shop.yaml:1: shop: static_configs");
      assert.equal(problem.value, target);
      assert.match(problem.remedy, /10\.40\.1\.0\/24 at 9100, 9400; 10\.40\.2\.7\/32 at 443/);
      const [address, port = "80"] = target.split(":");
      assert.ok(problem.remedy.endsWith(`network.targets: [{ name: NAME, cidr: ${address}/32, ports: [${port}] }]`));
    });
  }

  it("do not lead to where a token is fetched, unless that is declared", () => {
    const oauth2 = { client_id: "a", client_secret_file: "secrets/a", token_url: "https://10.40.2.7:8443/token" };
    const [problem] = problemsOf([job(["10.40.1.7:9100"], { oauth2 })]);
    assert.equal(problem?.key, "scrape/shop.yaml:1: shop: oauth2.token_url");
    const open = [...ways, { cidr: "10.40.2.7/32", ports: [8443] }];
    assert.deepEqual(problemsOf([job(["10.40.1.7:9100"], { oauth2 })], open), []);
    const local = { ...oauth2, token_url: "http://127.0.0.1:9910/token" };
    assert.deepEqual(problemsOf([job([], { oauth2: local })], []), []);
  });

  it("are named at the line of each job", () => {
    const found = problemsOf([job(["10.40.1.7:9100"]), { ...job(["10.9.9.9:1"]), job_name: "other" }]);
    assert.deepEqual(
      found.map(({ key }) => key),
      ["scrape/shop.yaml:5: other: static_configs"],
    );
  });

  it("lead to an address exactly if its leading bits are those of the range", () => {
    const bits = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const text = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
    fc.assert(
      fc.property(bits, bits, fc.integer({ min: 1, max: 32 }), (base, address, prefix) => {
        const shift = 32 - prefix;
        const first = shift === 0 ? base : (base >>> shift) * 2 ** shift;
        const same = base >>> shift === address >>> shift;
        assert.equal(leadsTo({ cidr: `${text(first)}/${prefix}`, ports: [1] }, text(address), 1), same);
        assert.equal(leadsTo({ cidr: `${text(first)}/${prefix}`, ports: [1] }, text(address), 2), false);
      }),
    );
  });
});
