import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fingerprintOf, InvalidInputError, readPeer, rootBundle } from "@metrics-link/contract";
import { releaseFiles } from "@metrics-link/envoy";
import { requireTrustBundle } from "@metrics-link/host/agent/certificates.ts";
import fc from "fast-check";
import { eventually } from "../../../support/eventually.ts";
import { authorityTree } from "../../contract/support/tree.ts";
import { loadedAnchors } from "../support/anchors.ts";
import { Authority } from "../support/authority.ts";
import { callOnce } from "../support/client.ts";
import { hostileBundles } from "../support/hostile-bundles.ts";
import { Link, senderName } from "../support/link.ts";
import { unusualRoots } from "../support/unusual-roots.ts";

const relabelled = (pem: string, label: string) => pem.replaceAll("CERTIFICATE-----", `${label}-----`);
const labels = ["X509 CERTIFICATE", "TRUSTED CERTIFICATE"];

describe("Envoy's trust anchors are exactly the pinned roots", function () {
  this.timeout(60_000);
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "anchors-"));
  });
  after(() => rmSync(directory, { recursive: true }));

  it("for any bytes in a contract: it is refused, or Envoy trusts exactly the pinned certificates", async () => {
    const [own, stranger] = [authorityTree(), authorityTree()];
    const second = authorityTree().root;
    const pinned = [own.root, second];
    const all = [...pinned, stranger.root, own.intermediate, own.leaf];
    const der = all.map((pem) => new X509Certificate(pem).raw);
    const rootFingerprints = pinned.map(fingerprintOf);
    const serials = new Map(all.map((pem) => [fingerprintOf(pem), new X509Certificate(pem).serialNumber]));
    const serialsOf = (fingerprints: readonly string[]) =>
      fingerprints.map((one) => serials.get(one) ?? one).toSorted();

    /** The pinned roots that a bundle is taken for, and what is handed on; undefined when it is refused. */
    const accepted = (rootBundle: string) => {
      const contract = { version: 1, role: "sender", accountId: "111111111111", rootBundle };
      const output = { ...contract, dnsName: senderName, egressAddresses: ["8.8.4.4"] };
      const pins = { rootFingerprints, addresses: ["8.8.4.4"] };
      try {
        return readPeer("sender", "a/b/c", output, pins, { documentationAddresses: false })?.accepted;
      } catch (error) {
        assert.ok(error instanceof InvalidInputError, `${error} for ${JSON.stringify(rootBundle)}`);
        return undefined;
      }
    };

    const seed = Date.now() % 2 ** 31;
    const ofPinned = pinned.map((pem) => new X509Certificate(pem).raw);
    const generated = [
      ...fc.sample(hostileBundles(der), { numRuns: 500, seed }),
      ...fc.sample(hostileBundles(ofPinned), { numRuns: 250, seed }),
      ...labels.flatMap((label) => [
        own.root + relabelled(stranger.root, label),
        relabelled(stranger.root, label) + own.root,
      ]),
    ].map((bundle, index) => ({ bundle, index, taken: accepted(bundle) }));

    const files = generated.flatMap(({ bundle, index, taken }) => [
      [`${index}-raw.pem`, bundle] as const,
      ...(taken === undefined ? [] : [[`${index}-taken.pem`, taken.rootBundle] as const]),
    ]);
    const loaded = await loadedAnchors(directory, Object.fromEntries(files));

    let taken = 0;
    let hidden = 0;
    for (const { bundle, index, taken: peer } of generated) {
      const raw = (loaded.get(`${index}-raw.pem`) ?? []).toSorted();
      if (peer !== undefined) {
        taken += 1;
        const wanted = serialsOf(peer.rootFingerprints);
        const said = `seed ${seed}, bundle ${JSON.stringify(bundle)}`;
        assert.deepEqual(loaded.get(`${index}-taken.pem`)?.toSorted(), wanted, said);
        // Nor could the text itself, which never gets there, have meant more.
        assert.deepEqual(raw, wanted, said);
      } else if (onceTaken(bundle, rootFingerprints) && raw.some((one) => !serialsOf(rootFingerprints).includes(one))) {
        hidden += 1;
      }
    }
    // Seeds differ: about 60 of 754 are taken, seldom fewer than 45.
    assert.ok(taken > 20, `only ${taken} of ${generated.length} bundles were taken: the test shows little`);
    // What makes the refusal matter: a search for CERTIFICATE blocks sees pinned roots alone, and Envoy loads another one.
    assert.ok(hidden >= labels.length * 2, `${hidden} refused bundles would have brought an unpinned anchor`);
  });

  it("Envoy loads every root that is accepted", async () => {
    const roots = unusualRoots();
    const taken = new Map<string, boolean>();
    for (const [name, { pem }] of Object.entries(roots)) taken.set(name, rootBundle.safeParse(pem).success);
    const files = Object.fromEntries(Object.entries(roots).map(([name, { pem }]) => [name, pem]));
    const loaded = await loadedAnchors(directory, files);
    for (const [name, { right }] of Object.entries(roots)) {
      assert.equal(taken.get(name), right, name);
      if (taken.get(name)) assert.equal(loaded.get(name)?.length, 1, `${name} is taken, and Envoy does not load it`);
    }
    // What makes the refusals matter: OpenSSL takes these, and Envoy does not.
    const dangerous = Object.keys(roots).filter((name) => loaded.get(name)?.length === 0);
    assert.ok(dangerous.length >= 7, dangerous.join(", "));
  });

  describe("a root hidden in a PEM block with another label", () => {
    let link: Link;
    let stranger: Authority;
    before(async () => {
      stranger = new Authority(directory, "stranger");
      link = await Link.up();
    });
    after(() => link?.down());

    for (const label of labels) {
      it(`${label}: would let its leaf write, so it is refused before publishing and by the agent`, async () => {
        const bundle = link.accountA.root + relabelled(stranger.root, label);
        const leaf = stranger.issue({ dnsName: senderName, usage: "clientAuth" });
        assert.throws(
          () => link.receiverRelease(link.receiverLeaf, bundle),
          (error) => error instanceof InvalidInputError && /tls\/roots\/a\.pem .* after 1 of its/s.test(error.message),
        );
        await assert.rejects(callOnce({ ...link.client, leaf }));

        // As if somebody had written the file by another way.
        const release = link.receiverRelease(link.receiverLeaf, link.accountA.root);
        const file = join(release, releaseFiles.root("a"));
        writeFileSync(file, bundle);
        link.receiverHost.switchTo(release);
        await eventually("the hidden root counts for Envoy", async () => {
          const answer = await callOnce({ ...link.client, leaf }).catch(() => undefined);
          return answer?.status === 204 ? true : undefined;
        });
        assert.throws(
          () => requireTrustBundle(readFileSync(file, "utf8"), [fingerprintOf(link.accountA.root)]),
          /after 1 of its certificates stands text/,
        );

        link.receiverHost.switchTo(link.receiverRelease(link.receiverLeaf, link.accountA.root));
        await eventually("the hidden root is forgotten", () =>
          callOnce({ ...link.client, leaf }).then(
            () => undefined,
            () => true,
          ),
        );
      });
    }
  });
});

/** Whether the reader that searched for CERTIFICATE blocks, and handed the text on, would have taken a bundle. */
function onceTaken(bundle: string, pins: readonly string[]): boolean {
  const blocks = bundle.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.length > 0 && blocks.every((pem) => pins.includes(new X509Certificate(pem).fingerprint256));
  } catch {
    return false;
  }
}
