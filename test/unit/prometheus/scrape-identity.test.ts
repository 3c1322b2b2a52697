import assert from "node:assert/strict";
import { secretProblems } from "@metrics-link/prometheus";
import { scrapeFile } from "./examples.ts";

const target = { static_configs: [{ targets: ["198.51.100.10:443"] }] };
const fileWith = (more: object) => scrapeFile({ job_name: "shop", ...target, ...more });

describe("the scraper's own certificate", () => {
  it("and its key stand only in tls_config, together, where the stack has them", () => {
    const own = { cert_file: "secrets/scrape-certificate", key_file: "secrets/scrape-key" };
    const told = (fields: object, hasOwn = true) =>
      secretProblems(fileWith(fields), {}, hasOwn).map(({ key, remedy }) => `${key}: ${remedy}`);
    assert.deepEqual(told({ tls_config: own }), []);
    assert.match(told({ tls_config: own }, false).join(), /scrapeIdentity: true/);
    for (const wrong of [
      { authorization: { credentials_file: own.key_file } },
      { basic_auth: { username: "shop", password_file: own.key_file } },
      { http_headers: { "X-Key": { files: [own.key_file] } }, follow_redirects: false },
      { tls_config: { cert_file: own.key_file, key_file: own.cert_file } },
      { tls_config: { ...own, key_file: "secrets/shop" } },
    ])
      assert.match(told(wrong).join(), /stand in tls_config alone, together/, JSON.stringify(wrong));
  });
});
