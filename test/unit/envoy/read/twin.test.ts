import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Rendering } from "@metrics-link/envoy";
import { toJson, twinOf } from "@metrics-link/envoy/read/index.ts";
import { Authority, type Leaf } from "../support/authority.ts";
import { changed } from "../support/changed.ts";
import { validate } from "../support/envoy-process.ts";
import { receiverOfOne, receiverOfTwo, sender, servicesAlone } from "../support/examples.ts";
import { layOut, layOutService } from "../support/lay-out.ts";
import { lookupOf } from "../support/lookup-of.ts";

/** Every value of a key, wherever it stands. */
function all(value: unknown, key: string): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => (name === key ? [item] : all(item, key)));
}

const own = {
  certificate_chain: { filename: "tls/certificate-chain.pem" },
  private_key: { filename: "tls/private-key.pem" },
};

describe("the static twin of a release", () => {
  it("has the listener of the listener file, and in each chain the files that its secrets name", () => {
    const twin = twinOf(lookupOf(receiverOfTwo()));
    const contexts = all(twin, "common_tls_context");
    assert.deepEqual(all(contexts, "trusted_ca"), [{ filename: "tls/roots/a.pem" }, { filename: "tls/roots/c.pem" }]);
    assert.deepEqual(all(contexts, "tls_certificates"), [[own], [own]]);
    assert.deepEqual(all(contexts, "max_verify_depth"), [2, 2]);
  });

  it("has at a sender the receiver's root", () => {
    assert.deepEqual(all(twinOf(lookupOf(sender())), "trusted_ca"), [{ filename: "tls/roots/b.pem" }]);
  });

  it("has of a metrics service its own certificate and its clients' roots, in each chain", () => {
    const contexts = all(twinOf(lookupOf(servicesAlone())), "common_tls_context");
    const folder = "tls/services/service-teleport";
    const pair = {
      certificate_chain: { filename: `${folder}/certificate-chain.pem` },
      private_key: { filename: `${folder}/private-key.pem` },
    };
    assert.deepEqual(all(contexts, "tls_certificates"), [[pair], [pair]]);
    assert.deepEqual(all(contexts, "trusted_ca"), [
      { filename: `${folder}/roots.pem` },
      { filename: `${folder}/roots.pem` },
    ]);
  });

  it("refers to nothing that Envoy would not look behind", () => {
    for (const render of [receiverOfOne, receiverOfTwo, sender, servicesAlone]) {
      assert.doesNotMatch(
        toJson(twinOf(lookupOf(render()))),
        /sds_|lds_|path_config_source|watched_directory|current\//,
      );
    }
  });

  const secret = (index: number) => `secrets.${index}.content.resources.0`;

  it("says what the file of a secret says, not what the secret's name promises", () => {
    const wrong = changed(
      receiverOfOne(),
      `${secret(1)}.validation_context.trusted_ca.filename`,
      "/opt/metrics-link/current/tls/roots/other.pem",
    );
    assert.deepEqual(all(twinOf(lookupOf(wrong)), "trusted_ca")[0], { filename: "tls/roots/other.pem" });
  });

  const refused: readonly (readonly [what: string, rendering: () => Rendering, why: RegExp])[] = [
    [
      "the file of a secret is missing",
      () => changed(receiverOfOne(), "secrets.1.path", "envoy/sds/other.json"),
      /there is no envoy\/sds\/trusted-ca-a\.json/,
    ],
    [
      "a secret has another name",
      () => changed(receiverOfOne(), `${secret(0)}.name`, "other"),
      /holds 0 secrets named leaf/,
    ],
    [
      "a secret is of the other kind",
      () => changed(receiverOfOne(), secret(1), { name: "trusted-ca-a", tls_certificate: own }),
      /secret "trusted-ca-a" has no validation_context/,
    ],
  ];
  for (const [what, rendering, why] of refused) {
    it(`cannot be made when ${what}`, () => {
      assert.throws(() => twinOf(lookupOf(rendering())), { code: "RELEASE_CHECK_FAILED", message: why });
    });
  }

  it("lets Envoy see a service's key that is of another certificate, and its clients' roots that are none", () => {
    const directory = mkdtempSync(join(tmpdir(), "twin-"));
    try {
      const authority = new Authority(directory, "any");
      const leaf = () => authority.issue({ dnsName: "any.example", usage: "serverAuth" });
      const sound = leaf();
      const check = (own: Leaf, roots: string) => {
        layOutService(directory, "service-teleport", own, roots);
        writeFileSync(join(directory, "twin.json"), toJson(twinOf(lookupOf(servicesAlone()))));
        return validate("twin.json", directory);
      };
      assert.equal(check(sound, authority.root), undefined);
      assert.match(check(sound, "no certificate") ?? "", /trusted CA certificates/);
      assert.match(check({ ...sound, privateKey: leaf().privateKey }, authority.root) ?? "", /private key/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("lets Envoy see a root that is no certificate, and a mistake in the listener file", () => {
    const directory = mkdtempSync(join(tmpdir(), "twin-"));
    try {
      const authority = new Authority(directory, "any");
      const check = (rendering: Rendering, root = authority.root) => {
        layOut(directory, authority.issue({ dnsName: "any.example", usage: "serverAuth" }), { a: root });
        writeFileSync(join(directory, "twin.json"), toJson(twinOf(lookupOf(rendering))));
        return validate("twin.json", directory);
      };
      assert.equal(check(receiverOfOne()), undefined);
      assert.match(check(receiverOfOne(), "no certificate") ?? "", /trusted CA certificates/);
      assert.match(check(changed(receiverOfOne(), "ingest.resources.0.name2", "x")) ?? "", /name2/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
