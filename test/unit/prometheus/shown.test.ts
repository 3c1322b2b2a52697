import assert from "node:assert/strict";
import { InvalidInputError } from "@metrics-link/contract";
import fc from "fast-check";
import { scrapeFilesOf, userFile } from "./examples.ts";

const canary = "hunter2";

/** What is told of a file; undefined if it is taken. */
function told(text: string): string | undefined {
  try {
    scrapeFilesOf([userFile("scrape/shop.yaml", text)]);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof InvalidInputError, String((error as Error).stack));
    return `${error.message}\n${JSON.stringify(error.problems)}`;
  }
}

const job = (more: string) => `- job_name: a\n  ${more}\n`;
/** Forms in which a person writes a credential into a file by mistake. */
const mistakes = [
  ...[
    "hunter2\n",
    "- hunter2\n",
    "hunter2: x\n",
    "- {hunter2: x}\n",
    "password: hunter2\n",
    "- job_name: {hunter2: a}\n",
  ],
  ...["basic_auth: {username: u, pwd: hunter2", "basic_auth: hunter2", "authorization: {hunter2: x}", "auth: *hunter2"],
  ...["basic_auth: {pwd: !hunter2 x}", "basic_auth: {password: &hunter2$ x}", "- pwd hunter2", "bearer: hunter2"],
  ...["basic_auth:\n    password: |\n      abc\n     hunter2: x", "basic_auth:\n    password: |hunter2\n      x"],
  ...["basic_auth: {password: @hunter2}", "basic_auth: {password: %hunter2}", 'basic_auth: {password: "\\hunter2"}'],
  ...[
    "authorization:\n    credentials: abc: hunter2",
    'authorization:\n    credentials: "a" hunter2',
    "? hunter2\n  : x",
  ],
  ...["scheme: http\n    hunter2", "scheme: [hunter2]", "sample_limit: {hunter2: x}", "honor_labels: {a: hunter2}"],
  ...[
    "hunter2: x\n  hunter2: y",
    "tls_config: {ca: [hunter2], min_version: hunter2}",
    'metrics_path: "probe?key=hunter2"',
  ],
  ...[
    "params: {token: hunter2}",
    "params: {token: {hunter2: x}}",
    "http_headers: {X: hunter2}",
    "http_headers: [hunter2]",
  ],
  ...['http_headers: {"X hunter2": {values: [a]}}', "http_headers: {X-Token: {values: [hunter2]}}"],
  ...["relabel_configs: [{regex: hunter2, action: keepequal}]", "relabel_configs: [{hunter2: x}]", "labels: hunter2"],
  ...['static_configs: [{labels: {"a hunter2": x}}]', "static_configs: [{labels: {a: [hunter2]}}]"],
  ...["https://10.0.0.1/?token=hunter2", "me:hunter2@10.0.0.1:80", "10.0.0.1:80/hunter2", "a b hunter2"].map(
    (target) => `static_configs: [{targets: ["${target}"]}]`,
  ),
  ...["https://u:hunter2@10.0.0.1/", "http://10.0.0.1/hunter2"].map(
    (url) => `oauth2: {client_id: x, client_secret_file: secrets/a, token_url: "${url}"}`,
  ),
].map((text) => (text.endsWith("\n") ? text : job(text)));

/** A file with a credential in every place that has one, and no fault besides. */
const whole = `scrape_configs:
  - job_name: shop
    scheme: https
    scrape_interval: 15s
    metrics_path: /probe?apikey=hunter2
    params:
      token: [hunter2, "hunter2"]
    basic_auth:
      username: hunter2
      password: |
        hunter2
        hunter2
    http_headers:
      X-Shop: { values: [hunter2, 'hunter2'] }
    tls_config: { ca: "hunter2", key: hunter2 }
    static_configs:
      - targets: ["10.0.0.1:443"]
        labels: { team: hunter2 }
    relabel_configs:
      - { source_labels: [a], regex: (.+), target_label: b }
`;

describe("a message about a scrape file", () => {
  for (const text of mistakes)
    it(`does not show what may be a credential: ${JSON.stringify(text)}`, () => {
      const message = told(text);
      assert.ok(message !== undefined, "it is refused");
      assert.ok(!message.includes(canary), message);
    });

  it("does not show a label whose colon is missing", () => {
    assert.match(told(job("static_configs: [{labels: { teahunter2 }}]")) ?? "", /\.labels\.\(not shown\) is null/);
    assert.match(told(job("static_configs: [{labels: { team: [] }}]")) ?? "", /\.labels\.team is "a list"/);
  });

  it("does not, wherever the file is damaged", () => {
    const damage = fc.tuple(
      fc.nat(whole.length),
      fc.nat(4),
      fc.oneof(
        fc.constantFrom("", "\n", " ", "    ", "- ", ": ", "{", "}", "[", '"', "'", "|", "#", "*", "&", "!", "? "),
      ),
    );
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (all) => {
        let text = whole;
        for (const [at, length, put] of all) text = text.slice(0, at) + put + text.slice(at + length);
        const message = told(text);
        assert.ok(message === undefined || !message.includes(canary), `${message}\n${text}`);
      }),
      { numRuns: 3000 },
    );
  });

  it("shows a field, and a value that can be none", () => {
    assert.match(told(job("scrape_intervall: 5s")) ?? "", /shop\.yaml:2: a: scrape_intervall is "set": no such field/);
    assert.match(told(job("scrape_interval: 5x")) ?? "", /a: scrape_interval is "5x": a Prometheus duration/);
    assert.match(
      told(job('static_configs: [{targets: ["db.internal:9187"]}]')) ?? "",
      /is "db\.internal:9187": an IPv4/,
    );
  });
});
