import assert from "node:assert/strict";
import { sha256 } from "@metrics-link/release";
import { Mutant } from "../../../program/policy/support/mutate.ts";
import { certificates } from "../support/certificates.ts";
import { configurationOf, releaseObject } from "../support/example.ts";
import { find, specifyRelease } from "../support/specification.ts";

specifyRelease("served-chain-is-ours", "sender", {
  "the other way round": [
    (it) =>
      it.file("tls/certificate-chain.pem", (text) =>
        text
          .split(/(?=-----BEGIN)/)
          .reverse()
          .join(""),
      ),
    /the leaf is an authority/,
  ],
  "text next to the certificates": [
    (it) => it.file("tls/certificate-chain.pem", (text) => `a comment\n${text}`),
    /tls\/certificate-chain\.pem does not consist of certificates only/,
  ],
  "the root with it": [
    (it) => it.file("tls/certificate-chain.pem", (text) => text + certificates.sender.root),
    /3 certificates instead of leaf and intermediate/,
  ],
  "the other side's chain": [
    (it) => it.file("tls/certificate-chain.pem", () => certificates.receiver.leaf + certificates.receiver.intermediate),
    /not signed by this side's own root/,
  ],
  "the other side's purpose": [
    (it) => it.file("tls/certificate-chain.pem", () => certificates.receiver.leaf + certificates.receiver.intermediate),
    /extended key usage is 1.3.6.1.5.5.7.3.1/,
  ],
});

describe("the policy served-chain-is-ours, of a leaf for scraping", () => {
  const asked = { prometheus: { externalLabels: { account: "a" }, scrapeIdentity: true } };
  const path = "tls/scrape/certificate-chain.pem";
  const chain = (role: "sender" | "receiver") => certificates[role].leaf + certificates[role].intermediate;
  const said = (configuration: object, content?: string) => {
    const it = new Mutant({
      configuration: configurationOf("sender"),
      inputs: [releaseObject("sender")],
      outputs: [],
      asked: [],
    });
    if (content !== undefined) {
      it.release(({ files }) => {
        files.push({ path, content, mode: "0640", owner: "root", group: "prometheus", sha256: sha256(content) });
      });
    }
    return find("served-chain-is-ours", it.deployed.inputs, "sender", { ...configuration })
      .map(({ message }) => message)
      .join("; ");
  };

  it("fails without it, where the configuration asks for one", () => assert.match(said(asked), /scrape.* is missing/));
  it("fails with it, where no configuration does", () => assert.match(said({}, chain("sender")), /does not ask for/));
  it("fails with the link's leaf in its place", () => {
    assert.match(
      said(asked, chain("sender")),
      /is for DNS:metrics-sender.* instead of DNS:link-scrape\.metrics-sender/,
    );
  });
  it("fails with the leaf of the other side", () => {
    assert.match(said(asked, chain("receiver")), /not signed by this side's own root.*extended key usage is/);
  });
});
