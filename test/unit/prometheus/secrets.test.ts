import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { secretNamesIn, secretProblems } from "@metrics-link/prometheus";
import { jobsInPlainText } from "@metrics-link/prometheus/secrets.ts";
import { secretFieldsOf, secretsInClear, withoutSecrets } from "@metrics-link/release";
import { stringify } from "yaml";
import { selfSigned } from "../../support/openssl.ts";
import { scrapeFile, scrapeFilesOf, userFile } from "./examples.ts";

const target = { static_configs: [{ targets: ["198.51.100.10:443"] }] };
const jobsIn = (content: string) => scrapeFilesOf([userFile("scrape/shop.yaml", content)]).flatMap(({ jobs }) => jobs);
const fileWith = (more: object) => scrapeFile({ job_name: "shop", ...target, ...more });
const jobsWith = (more: object) => jobsIn(stringify([{ job_name: "shop", ...target, ...more }]));

const oauth2 = {
  client_id: "link",
  client_secret_file: "secrets/shop-client",
  token_url: "https://198.51.100.20:8443/token",
};

describe("credentials of scrape jobs", () => {
  for (const [what, more, names] of [
    ["a password", { basic_auth: { username: "link", password_file: "secrets/shop" } }, ["shop"]],
    [
      "a name and a password",
      { basic_auth: { username_file: "secrets/shop-user", password_file: "secrets/shop" } },
      ["shop", "shop-user"],
    ],
    ["a token", { authorization: { credentials_file: "secrets/shop_1" } }, ["shop_1"]],
    ["a token of another type", { authorization: { type: "Token", credentials_file: "secrets/shop" } }, ["shop"]],
    ["a token that it fetches", { oauth2 }, ["shop-client"]],
    ["a header", { http_headers: { "X-Api-Key": { files: ["secrets/a"] } }, follow_redirects: false }, ["a"]],
    ["a certificate", { tls_config: { cert_file: "secrets/cert", key_file: "secrets/key" } }, ["cert", "key"]],
  ] as const) {
    it(`may be ${what} in a file`, () => assert.deepEqual(secretNamesIn(jobsWith(more)), names));
  }

  it("leave a header without a secret as it is", () => {
    assert.deepEqual(secretNamesIn(jobsWith({ http_headers: { "X-Scope-OrgID": { values: ["shop"] } } })), []);
  });

  const password = { password_file: "secrets/shop" };
  for (const [what, more, refusal] of [
    [
      "a password in clear",
      { basic_auth: { username: "link", password: "hunter2" } },
      /password is "set": password_file, /,
    ],
    [
      "a password of digits",
      { basic_auth: { username: "link", password: 8675309 } },
      /password is "set": password_file, /,
    ],
    ["credentials in clear", { authorization: { credentials: "hunter2" } }, /credentials is "set": credentials_file, /],
    ["a token in clear", { bearer_token: "hunter2" }, /bearer_token is "set": authorization with credentials_file, /],
    [
      "a client's secret in clear",
      { oauth2: { ...oauth2, client_secret: "hunter2" } },
      /client_secret is "set": client_s/,
    ],
    ["a key in clear", { tls_config: { key: "hunter2" } }, /tls_config\.key is "set": key_file and cert_file, each/],
    ["a certificate in the job", { tls_config: { cert: "hunter2" } }, /tls_config\.cert is "set": cert_file: promtool/],
    [
      "a header's secret in clear",
      { http_headers: { A: { secrets: ["hunter2"] } } },
      /A\.secrets is "set": files: the/,
    ],
    [
      "a key in a plain header",
      { http_headers: { "X-Api-Key": { values: ["hunter2"] } } },
      /values is "a list": files: /,
    ],
    ["a header that Prometheus sets", { http_headers: { Authorization: { values: ["hunter2"] } } }, /http_headers/],
    [
      "a secret of a token's request",
      { oauth2: { ...oauth2, endpoint_params: { password: "hunter2" } } },
      /endpoint_par/,
    ],
    [
      "a password in the token's URL",
      { oauth2: { ...oauth2, token_url: "https://a:hunter2@192.0.2.1/" } },
      /token_url is/,
    ],
    [
      "a token's URL without TLS",
      { oauth2: { ...oauth2, token_url: "http://192.0.2.1/t" } },
      /token_url is "set": an ht/,
    ],
    [
      "the metadata service",
      { oauth2: { ...oauth2, token_url: "https://169.254.169.254/" } },
      /token_url is "set": an h/,
    ],
    [
      "a token's URL with half an address",
      { oauth2: { ...oauth2, token_url: "https://192.0.2/t" } },
      /token_url is "set": an https/,
    ],
    [
      "a token's URL with a port that is none",
      { oauth2: { ...oauth2, token_url: "https://192.0.2.1:99999/t" } },
      /token_url is "set": an https/,
    ],
    [
      "a token's URL with a name",
      { oauth2: { ...oauth2, token_url: "https://sso.example/t" } },
      /token_url is "set": an/,
    ],
    [
      "a password where a file belongs",
      { basic_auth: { password_file: "hunter2" } },
      /password_file is "set": the name /,
    ],
    ["a password for a mapping", { basic_auth: "hunter2" }, /basic_auth is "set": a mapping of username and/],
    [
      "an Alertmanager's secret",
      { basic_auth: { password_file: "alertmanager-0.secret" } },
      /password_file is "set": the/,
    ],
    [
      "a file above the folder",
      { basic_auth: { password_file: "secrets/../alertmanager-0.secret" } },
      /password_file is/,
    ],
    [
      "a file of the machine",
      { basic_auth: { password_file: "/etc/prometheus/pw" } },
      /password_file is "set": the name/,
    ],
    [
      "an authority's file",
      { tls_config: { ca_file: "secrets/ca" } },
      /tls_config\.ca_file is "set": ca, with the CA's/,
    ],
    ["a key without its certificate", { tls_config: { key_file: "secrets/key" } }, /cert_file and key_file together/],
    [
      "two names",
      { basic_auth: { username: "a", username_file: "secrets/b", ...password } },
      /username or username_file/,
    ],
    [
      "two ways",
      { basic_auth: password, authorization: { credentials_file: "secrets/a" } },
      /no second way .* basic_auth/,
    ],
    ["a type that is a password", { authorization: { type: "Basic", credentials_file: "secrets/a" } }, /basic_auth/],
    [
      "a header that a redirect takes along",
      { http_headers: { A: { files: ["secrets/a"] } } },
      /follow_redirects is miss/,
    ],
    [
      "a secret manager",
      { basic_auth: { password_ref: "hunter2" } },
      /password_ref is "set": a field that names a file/,
    ],
    ["a discovery's secret", { consul_sd_configs: [{ token: "hunter2" }] }, /consul_sd_configs is "set"/],
  ] as const) {
    it(`may not be ${what}, and the error does not show it`, () =>
      assert.throws(
        () => jobsWith(more),
        (error: Error & { code?: string }) =>
          error.code === "PROMETHEUS_CONFIGURATION_INVALID" &&
          /scrape\/shop\.yaml:\d+: shop: /.test(error.message) &&
          refusal.test(error.message) &&
          !/hunter2|8675309/.test(`${error.message}${error.stack}`),
      ));
  }

  for (const [what, content] of [
    ["a whole configuration", "scrape_configs:\n  - basic_auth: { password: hunter2 }\n"],
    ["a list in a list", "- - basic_auth: { password: hunter2 }\n"],
    ["a URL with a password for a job", "- http://a:hunter2@192.0.2.1\n"],
  ] as const) {
    it(`are not shown from a file that has ${what}`, () =>
      assert.throws(
        () => jobsIn(content),
        ({ message }: Error) => message.includes("shop.yaml") && !message.includes("hunter2"),
      ));
  }

  it("are sent in clear only by jobs that are named", () => {
    const jobs = jobsWith({ basic_auth: password });
    assert.deepEqual(jobsInPlainText(jobs), ["shop"]);
    assert.deepEqual(jobsInPlainText(jobsWith({ basic_auth: password, scheme: "https" })), []);
    const tls_config = { cert_file: "secrets/cert", key_file: "secrets/key" };
    assert.deepEqual(jobsInPlainText(jobsWith({ tls_config })), []);
    const local = { basic_auth: password, static_configs: [{ targets: ["127.0.0.1:9910", "localhost:1", "[::1]:1"] }] };
    assert.deepEqual(jobsInPlainText(jobsWith(local)), []);
  });

  describe("beside the secrets of the configuration", () => {
    it("name one that is there", () => {
      const files = fileWith({ basic_auth: password });
      assert.deepEqual(secretProblems(files, { shop: "hunter2" }), []);
      const [problem, ...more] = secretProblems(files, { Shop: "hunter2", toString: "hunter2" });
      assert.deepEqual(more, []);
      assert.equal(problem?.key, "scrape/jobs.yaml:1: shop: basic_auth.password_file");
      assert.equal(problem?.value, "secrets/shop");
      assert.match(
        problem?.remedy ?? "",
        /config set --path 'metrics-link:prometheus\.secrets\.shop' --secret`; no other/,
      );
    });

    it("have the key of their certificate", () => {
      const [one, other] = [selfSigned("one"), selfSigned("other")];
      const problems = (cert: string, key: string) =>
        secretProblems(fileWith({ tls_config: { cert_file: "secrets/cert", key_file: "secrets/key" } }), {
          cert,
          key,
        }).map(({ key: at, remedy }) => `${at}: ${remedy}`);
      assert.deepEqual(problems(one.pem, one.key), []);
      assert.deepEqual(problems(one.pem, other.key), [
        "scrape/jobs.yaml:1: shop: tls_config.key_file: a secret that holds the private key of cert_file's certificate, in PEM and not encrypted",
      ]);
      assert.match(problems("hunter2", one.key).join(), /cert_file: a secret that holds a certificate in PEM$/);
      assert.match(problems(one.pem, "hunter2").join(), /key_file: a secret that holds the private key/);
    });
  });
});

describe("the secret fields of Prometheus' configuration", () => {
  it("were searched for in the source of the pinned version: another one may have more", () => {
    const tools: { tools: Record<string, { version: string }> } = JSON.parse(
      readFileSync(new URL("../../../tools.json", import.meta.url), "utf8"),
    );
    assert.equal(tools.tools.prometheus?.version, secretFieldsOf);
  });

  const configuration = {
    global: { external_labels: { token: "public" } },
    scrape_configs: [
      {
        basic_auth: { username: "public", password: "hunter2", password_file: "secrets/public" },
        params: { token: ["public"] },
        static_configs: [{ targets: ["public"], labels: { password: "public" } }],
        http_headers: { token: { values: ["public"], secrets: ["hunter2"], files: ["secrets/public"] } },
        proxy_url: "http://user:hunter2@192.0.2.1",
        proxy_connect_header: { Proxy_Authorization: ["hunter2"] },
        tls_config: { key: "hunter2", cert: "public" },
        consul_sd_configs: [{ server: "http://public@192.0.2.1", token: "hunter2", node_meta: { key: "public" } }],
        ec2_sd_configs: [{ access_key: "public", secret_key: "hunter2" }],
        ovhcloud_sd_configs: [{ application_secret: "hunter2", consumer_key: "hunter2" }],
      },
    ],
    remote_write: [
      { sigv4: { secret_key: "hunter2" }, oauth2: { client_secret: "hunter2", client_certificate_key: 1 } },
    ],
    tracing: { tls_config: { key: "" } },
  };

  it("are found wherever they stand, and labels and parameters of the same names are not", () => {
    assert.deepEqual(secretsInClear(configuration), [
      "scrape_configs.0.basic_auth.password",
      "scrape_configs.0.http_headers.token.secrets",
      "scrape_configs.0.proxy_url",
      "scrape_configs.0.proxy_connect_header.Proxy_Authorization",
      "scrape_configs.0.tls_config.key",
      "scrape_configs.0.consul_sd_configs.0.token",
      "scrape_configs.0.ec2_sd_configs.0.secret_key",
      "scrape_configs.0.ovhcloud_sd_configs.0.application_secret",
      "scrape_configs.0.ovhcloud_sd_configs.0.consumer_key",
      "remote_write.0.sigv4.secret_key",
      "remote_write.0.oauth2.client_secret",
      "remote_write.0.oauth2.client_certificate_key",
    ]);
  });

  it("are left out of what a message shows", () => {
    const shown = JSON.stringify(withoutSecrets(configuration));
    assert.doesNotMatch(shown, /hunter2/);
    assert.equal(shown.match(/public/g)?.length, JSON.stringify(configuration).match(/public/g)?.length);
  });

  it("are found in a document whose aliases would take for ever to follow", () => {
    let value: object = { password: "hunter2" };
    for (let depth = 0; depth < 60; depth++) value = { a: value, b: value };
    assert.equal(secretsInClear(value).length, 1);
  });
});
