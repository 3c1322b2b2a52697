import { strict as assert } from "node:assert";
import dgram from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { serviceAddresses } from "@metrics-link/sandbox/realiser/names.ts";
import { answerQuery, framed, splitStream } from "@metrics-link/sandbox/services/dns/server.ts";
import { resolve, reverse } from "@metrics-link/sandbox/services/dns/zone.ts";
import fc from "fast-check";
import { other, topology, vpc } from "./sample.ts";

describe("the resolver's zone", () => {
  const cases: [string, typeof vpc | undefined, string, readonly string[] | undefined][] = [
    ["an interface endpoint inside its VPC", vpc, "ssm.eu-west-1.amazonaws.com", ["10.0.1.20", "10.0.2.20"]],
    ["the same name in a VPC without the endpoint", other, "ssm.eu-west-1.amazonaws.com", [serviceAddresses.front]],
    ["the same name on the internet", undefined, "SSM.eu-west-1.amazonaws.com.", [serviceAddresses.front]],
    ["S3", vpc, "s3.eu-west-1.amazonaws.com", [serviceAddresses.s3]],
    ["a bucket", vpc, "my.bucket.s3.eu-west-1.amazonaws.com", [serviceAddresses.s3]],
    ["S3's dual-stack name", vpc, "s3.dualstack.eu-west-1.amazonaws.com", [serviceAddresses.s3]],
    ["a service with s3 in its name", vpc, "mys3.eu-west-1.amazonaws.com", [serviceAddresses.front]],
    ["a public load balancer, also inside its VPC", vpc, "ingest-0123.elb.eu-west-1.amazonaws.com", ["198.51.100.10"]],
    ["an internal load balancer", undefined, "internal-x-1.elb.eu-west-1.amazonaws.com", ["10.0.1.31"]],
    ["a load balancer that is none", vpc, "gone-1.elb.eu-west-1.amazonaws.com", undefined],
    ["an endpoint's own name", undefined, "vpce-0a-abcd.ssm.eu-west-1.vpce.amazonaws.com", ["10.0.1.20", "10.0.2.20"]],
    ["an endpoint's name for another service", undefined, "vpce-0a-abcd.kms.eu-west-1.vpce.amazonaws.com", undefined],
    ["a private name", vpc, "ip-10-0-1-10.eu-west-1.compute.internal", ["10.0.1.10"]],
    ["a private name outside the VPC", vpc, "ip-10-1-1-10.eu-west-1.compute.internal", undefined],
    ["a private name in another region", vpc, "ip-10-0-1-10.eu-west-2.compute.internal", undefined],
    ["a private name on the internet", undefined, "ip-10-0-1-10.eu-west-1.compute.internal", undefined],
    ["a public name inside its VPC", other, "ec2-198-51-100-20.eu-west-1.compute.amazonaws.com", ["10.0.1.10"]],
    ["a public name elsewhere", vpc, "ec2-198-51-100-20.eu-west-1.compute.amazonaws.com", ["198.51.100.20"]],
    ["any other name", vpc, "example.org", undefined],
    ["a name that ends alike", vpc, "notamazonaws.com", undefined],
  ];
  for (const [what, from, name, expected] of cases) {
    it(`knows ${what}`, () => assert.deepEqual(resolve(topology, from, name), expected));
  }

  it("knows names of the VPC's addresses", () => {
    assert.equal(reverse(vpc, "10.1.0.10.in-addr.arpa"), "ip-10-0-1-10.eu-west-1.compute.internal");
    assert.equal(reverse(vpc, "1.1.1.1.in-addr.arpa"), undefined);
  });
});

describe("the DNS protocol", () => {
  let socket: dgram.Socket;
  const resolver = new Resolver({ timeout: 2000, tries: 1 });

  before(async () => {
    socket = dgram.createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    socket.on("message", (message, from) => {
      const answer = answerQuery(message, topology, vpc);
      if (answer) socket.send(answer, from.port, from.address);
    });
    resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  });
  after(() => socket.close());

  it("answers a real resolver", async () => {
    assert.deepEqual(await resolver.resolve4("ssm.eu-west-1.amazonaws.com"), ["10.0.1.20", "10.0.2.20"]);
    assert.deepEqual(await resolver.reverse("10.0.1.10"), ["ip-10-0-1-10.eu-west-1.compute.internal"]);
    await assert.rejects(resolver.resolve4("example.org"), { code: "ENOTFOUND" });
    await assert.rejects(resolver.resolve6("ssm.eu-west-1.amazonaws.com"), { code: "ENODATA" });
  });

  it("ignores what is not a query", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 11 }), (bytes) => answerQuery(bytes, topology, vpc) === undefined),
    );
  });

  it("reassembles messages wherever the stream is cut", () => {
    const messages = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 5 });
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 7 }), (sent, step) => {
        const stream = Buffer.concat(sent.map((message) => framed(Buffer.from(message))));
        const got: Buffer[] = [];
        let pending: Buffer = Buffer.alloc(0);
        for (let at = 0; at < stream.length; at += step) {
          const { messages: some, rest } = splitStream(Buffer.concat([pending, stream.subarray(at, at + step)]));
          got.push(...some);
          pending = rest;
        }
        assert.deepEqual(
          got.map((message) => [...message]),
          sent.map((message) => [...message]),
        );
        assert.equal(pending.length, 0);
      }),
    );
  });
});
