import assert from "node:assert/strict";
import { readRelease } from "@metrics-link/policy/model/release.ts";
import { releaseIdOf, releaseTextIn } from "@metrics-link/release";
import { selfSigned } from "../../support/openssl.ts";
import { build } from "./stacks.ts";

/** The object of the release of a receiver with so many senders. */
async function releaseObject(count: number) {
  const own = selfSigned("own");
  const members = Array.from({ length: count }, (_, index) => ({ index, root: selfSigned(`root ${index}`) }));
  const senders = members.map(({ index, root }) => ({
    name: `sender-${index}`,
    stack: `organization/metrics-link/sender-${index}`,
    rootFingerprints: [root.fingerprint],
    addresses: [`11.0.0.${index}`],
  }));
  const contract = ({ name, addresses }: (typeof senders)[number], rootBundle: string) => ({
    version: 1,
    role: "sender",
    accountId: "111111111111",
    rootBundle,
    dnsName: `metrics-sender.${name}.internal`,
    egressAddresses: addresses,
  });
  const peers = Object.fromEntries(
    senders.map((sender, index) => [sender.stack, contract(sender, members[index]?.root.pem ?? "")]),
  );
  const change = { "metrics-link:senders": senders };
  const registrations = await build("receiver", { root: own.pem, peers, change });
  return registrations.find(({ name }) => name === "receiver-release")?.inputs;
}

describe("the release of a fleet", function () {
  this.timeout(120_000);

  it("is compressed with more than 100 senders, and policies read all of it", async () => {
    const inputs = await releaseObject(101);
    assert.equal(inputs.content, undefined);
    const text = releaseTextIn(inputs);
    assert.equal(inputs.key, `releases/receiver/${releaseIdOf(text)}.json`);
    assert.ok(inputs.contentBase64.length < text.length / 5, `${inputs.contentBase64.length} of ${text.length}`);
    assert.match(inputs.etag, /^[0-9a-f]{32}$/);
    const [envoy] = readRelease({ props: inputs })?.envoys ?? [];
    assert.ok(envoy !== undefined);
    assert.match(readRelease({ props: inputs })?.file("envoy/lds/ingest.json") ?? "", /"sender-100"/);
  });
});
