import assert from "node:assert/strict";
import { statusOf } from "@metrics-link/sandbox/cli/status.ts";
import { BalancerGroup } from "../support/aws.ts";
import { counter, logged } from "../support/envoy.ts";
import { attempt, ofAnotherPki, ofTheSendersPki, valid } from "../support/hostile.ts";
import { place, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const dnsName = "metrics-sender.account-a.internal";
const folder = "/run/hostile";
const outsider = "192.0.2.66";
const post = ["--request", "POST", "--data-binary", "nothing"];
const write = "/api/v1/write";
const credentials = (name: string) => ["--cert", `${folder}/${name}.pem`, "--key", `${folder}/${name}.key`];

describe("strangers", function () {
  needs(world.link);
  this.timeout(1_200_000);
  let endpoint = "";
  before(async () => {
    endpoint = (await statusOf(sandbox, 1)).link.endpoint ?? "";
    assert.match(endpoint, /^\d+\.\d+\.\d+\.\d+:443$/);
  });

  it("with another address get no TCP connection", async () => {
    const { code } = await sandbox.world.exec("outsider", [
      "curl",
      "--silent",
      "--insecure",
      "--max-time",
      "4",
      "--write-out",
      "%{num_connects}",
      `https://${endpoint}/`,
    ]);
    assert.equal(code, 28);
  });

  describe("with an address that is briefly admitted", () => {
    let group: BalancerGroup;
    before(async () => {
      group = await BalancerGroup.find();
      await group.allow(outsider);
      const { chain, key } = await valid();
      await place("outsider", `${folder}/valid.pem`, chain);
      await place("outsider", `${folder}/valid.key`, key);
    });
    after(() => group.refuse(outsider));

    it("send no request without a certificate", async () => {
      const before = await counter("receiver", "envoy_listener_ssl_fail_verify_no_cert");
      const since = Date.now() / 1000;
      const { status } = await attempt("outsider", endpoint, write, post);
      assert.equal(status, 0);
      await logged("receiver", since, "a handshake without a certificate", (line) => {
        return (
          line.type === "connection" && String(line.source).startsWith(`${outsider}:`) && line.tls_failure !== null
        );
      });
      assert.ok((await counter("receiver", "envoy_listener_ssl_fail_verify_no_cert")) > before);
    });

    it("send no request with the stolen valid certificate", async () => {
      const since = Date.now() / 1000;
      const metric = "envoy_http_downstream_rq_xx";
      const before = await counter("receiver", metric, 'elsewhere"');
      const { status } = await attempt("outsider", endpoint, write, [...post, ...credentials("valid")]);
      assert.equal(status, 503);
      const line = await logged("receiver", since, "a valid certificate at a wrong address", (entry) => {
        return entry.type === "request" && entry.filter_chain === "elsewhere";
      });
      assert.equal(line.peer_san, dnsName);
      assert.ok(String(line.source).startsWith(`${outsider}:`));
      assert.ok((await counter("receiver", metric, 'elsewhere"')) > before);
    });
  });

  describe("at the sender's own address", () => {
    const identities = {
      "another name of the sender's own PKI": () => ofTheSendersPki("another.account-a.internal"),
      "the right name of another PKI": async () => ofAnotherPki(dnsName),
    };
    const counters = {
      "another name of the sender's own PKI": "envoy_listener_ssl_fail_verify_san",
      "the right name of another PKI": "envoy_listener_ssl_fail_verify_error",
    };
    for (const name of Object.keys(identities) as (keyof typeof identities)[]) {
      it(`with ${name} are refused`, async () => {
        const { chain, key } = await identities[name]();
        await place("sender", `${folder}/hostile.pem`, chain);
        await place("sender", `${folder}/hostile.key`, key);
        const before = await counter("receiver", counters[name]);
        const since = Date.now() / 1000;
        const { status } = await attempt("sender", endpoint, write, [...post, ...credentials("hostile")]);
        assert.equal(status, 0);
        assert.equal(await counter("receiver", counters[name]), before + 1);
        await logged("receiver", since, "a failed handshake", (line) => {
          return (
            line.type === "connection" && line.filter_chain === "account-a" && /verif/i.test(String(line.tls_failure))
          );
        });
      });
    }
  });
});
