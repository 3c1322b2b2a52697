import { types } from "@metrics-link/policy/model/resources.ts";
import type { Mutant } from "../../../program/policy/support/mutate.ts";
import type { Part } from "../../envoy/read/attacks/attack.ts";
import { resource } from "../support/example.ts";
import { specify, specifyRelease, unknown } from "../support/specification.ts";

const pem = "-----BEGIN EC PRIVATE KEY-----\n";

specify("no-key-material", {
  passes: {
    "a secret's value": resource(types.secretVersion, { secretString: pem }),
    "a certificate": resource(types.bucketObject, { content: "-----BEGIN CERTIFICATE-----" }),
  },
  fails: {
    "a command": [resource("command:local:Command", { environment: { KEY: pem } }), /environment holds a private key/],
    "user data": [
      resource(types.instance, { userDataBase64: Buffer.from(`#cloud-config\n# and more\n${pem}`).toString("base64") }),
      /userDataBase64 holds a private key/,
    ],
    "a tag": [resource(types.volume, { tags: { note: "AKIAIOSFODNN7EXAMPLE" } }), /tags holds an access key/],
  },
  undecidable: {
    "a text that is not known": resource(types.bucketObject, { content: unknown }),
  },
});

const told = (change: (document: Part) => void) => (it: Mutant) => it.document("prometheus/prometheus.yml", change);
const withJob = (more: object) => told((found) => found.scrape_configs.push({ job_name: "x", ...more }));

specifyRelease("no-key-material", "sender", {
  "a job's password": [
    withJob({ basic_auth: { username: "a", password: "hunter2" } }),
    /^prometheus\/prometheus\.yml holds scrape_configs\.3\.basic_auth\.password in clear$/,
  ],
  "a job's token": [withJob({ authorization: { credentials: "hunter2" } }), /authorization\.credentials in clear$/],
  "a job's client secret": [withJob({ oauth2: { client_secret: "hunter2" } }), /oauth2\.client_secret in clear$/],
  "a job's header": [withJob({ http_headers: { A: { secrets: ["hunter2"] } } }), /http_headers\.A\.secrets in clear$/],
  "a discovery's key": [withJob({ ec2_sd_configs: [{ secret_key: "hunter2" }] }), /0\.secret_key in clear$/],
  "a password in a URL": [withJob({ proxy_url: "http://a:hunter2@192.0.2.1" }), /proxy_url in clear$/],
  "a secret for remote_write": [
    told((found) => {
      found.remote_write[0].sigv4 = { secret_key: "hunter2" };
    }),
    /remote_write\.0\.sigv4\.secret_key in clear$/,
  ],
  "a secret behind an alias": [
    (it) => it.file("prometheus/prometheus.yml", (text) => `x: &x hunter2\nbearer_token: *x\n${text}`),
    /prometheus\.yml holds bearer_token in clear$/,
  ],
  "a file that cannot be read": [
    (it) => it.file("prometheus/prometheus.yml", (text) => `x: *missing\n${text}`),
    /prometheus\.yml cannot be read, so it may hold a secret in clear$/,
  ],
});
