import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory } from "@metrics-link/release";
import { accessIn } from "@metrics-link/sandbox/services/alertmanager/access.ts";
import { Alertmanager } from "@metrics-link/sandbox/services/alertmanager/alertmanager.ts";
import { openAuthority } from "@metrics-link/sandbox/services/authority.ts";
import { eventually } from "../../../support/eventually.ts";

const dnsName = "alertmanager.ops.example";

describe("the Alertmanager of the sandbox", function () {
  this.timeout(60_000);
  let directory: string;
  let alertmanager: Alertmanager;
  const logged: string[] = [];

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "metrics-link-alertmanager-"));
    const program = join(cacheDirectory(), "bin", "alertmanager");
    alertmanager = new Alertmanager({ program, directory, dnsName, log: (line) => logged.push(line) });
    await alertmanager.start();
  });
  after(async () => {
    await alertmanager.stop();
    rmSync(directory, { recursive: true });
  });

  const get = (auth: string | undefined, ca: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port: alertmanager.port, servername: dnsName, ca, agent: false };
      const path = "/api/v2/alerts";
      const asked = request({ ...options, path, ...(auth === undefined ? {} : { auth }) }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asked.on("error", reject);
      asked.end();
    });

  it("answers only clients that trust its CA and know the password", async () => {
    const { caFile, username, password } = accessIn(directory);
    const ca = readFileSync(caFile, "utf8");
    assert.equal(await get(`${username}:${password}`, ca), 200);
    assert.equal(await get(undefined, ca), 401);
    assert.equal(await get(`${username}:another`, ca), 401);
    const other = await openAuthority(join(directory, "other"), "another authority");
    await assert.rejects(get(`${username}:${password}`, other.certificate), /unable to verify|self-signed/);
  });

  it("keeps its password and key private and off its command line", () => {
    for (const name of ["password", "server.key", "web.yml", "authority/ca.key"]) {
      assert.equal(statSync(join(directory, name)).mode & 0o077, 0, name);
    }
    const { password } = accessIn(directory);
    assert.ok(!readFileSync(`/proc/${alertmanager.pid}/cmdline`, "utf8").includes(password));
    assert.ok(!readFileSync(join(directory, "web.yml"), "utf8").includes(password));
  });

  it("starts again after it ended, with the same password, and logs its end", async () => {
    const before = accessIn(directory);
    process.kill(alertmanager.pid ?? 0, "SIGKILL");
    await eventually("the end is known", () => (alertmanager.port === undefined ? true : undefined));
    assert.deepEqual(logged, ["alertmanager: it ended with SIGKILL"]);
    await alertmanager.start();
    await alertmanager.start();
    assert.deepEqual(accessIn(directory), before);
    assert.equal(await get(`${before.username}:${before.password}`, readFileSync(before.caFile, "utf8")), 200);
  });
});
