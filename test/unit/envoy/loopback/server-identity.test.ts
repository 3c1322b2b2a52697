import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Authority, type Leaf } from "../support/authority.ts";
import { Link, receiverName } from "../support/link.ts";

describe("the sender's Envoy, when it verifies the receiver", () => {
  let directory: string;
  let stranger: Authority;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "stranger-"));
    stranger = new Authority(directory, "stranger");
  });
  after(() => rmSync(directory, { recursive: true }));

  interface Impostor {
    readonly who: string;
    readonly counter: string;
    readonly reason: RegExp;
    readonly leaf: (link: Link) => Leaf;
  }
  const impostors: readonly Impostor[] = [
    {
      who: "a server of another PKI",
      counter: "fail_verify_error",
      reason: /CERTIFICATE_VERIFY_FAILED/,
      leaf: () => stranger.issue({ dnsName: receiverName, usage: "serverAuth" }),
    },
    {
      who: "another server of the right PKI",
      counter: "fail_verify_san",
      reason: /CERTIFICATE_VERIFY_FAILED/,
      leaf: ({ accountB }) => accountB.issue({ dnsName: "other.account-b.internal", usage: "serverAuth" }),
    },
    {
      who: "a wildcard server of the right PKI",
      counter: "fail_verify_san",
      reason: /CERTIFICATE_VERIFY_FAILED/,
      leaf: ({ accountB }) => accountB.issue({ dnsName: "*.account-b.internal", usage: "serverAuth" }),
    },
    {
      who: "a server whose certificate has expired",
      counter: "fail_verify_error",
      reason: /CERTIFICATE_VERIFY_FAILED/,
      leaf: ({ accountB }) => accountB.issue({ dnsName: receiverName, usage: "serverAuth", days: -1 }),
    },
    {
      who: "a server with a client's certificate",
      counter: "fail_verify_error",
      reason: /CERTIFICATE_VERIFY_FAILED/,
      leaf: ({ accountB }) => accountB.issue({ dnsName: receiverName, usage: "clientAuth" }),
    },
  ];
  for (const { who, counter, reason, leaf } of impostors) {
    it(`sends no samples to ${who}, and answers 503 so that Prometheus retries`, async () => {
      const link = await Link.up({ receiverLeaf: leaf });
      try {
        assert.equal(await link.write(), 503);
        const line = await link.sender.logged("the request", ({ type }) => type === "request");
        assert.match(String(line.upstream_failure), reason);
        assert.match(String(line.flags), /UF/);
        assert.ok((await link.sender.counter(`envoy_cluster_ssl_${counter}`, '"receiver"')) >= 1);
        assert.equal(link.sink.received.length, 0);
      } finally {
        await link.down();
      }
    });
  }

  it("logs the certificate of the server that it reached", async () => {
    const link = await Link.up();
    try {
      assert.equal(await link.write(), 204);
      const line = await link.sender.logged("the request", ({ type }) => type === "request");
      assert.equal(line.upstream_san, receiverName);
      assert.equal(line.upstream_subject, `CN=${receiverName}`);
      assert.equal(line.upstream_tls_version, "TLSv1.3");
      const other = await link.receiver.logged("the request", ({ type }) => type === "request");
      assert.equal(line.request_id, other.request_id);
    } finally {
      await link.down();
    }
  });
});
