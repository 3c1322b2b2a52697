import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setAside } from "@metrics-link/review";
import { readStackDocument } from "../../../scripts/review/stack-document.ts";

const read = (text: string) => readStackDocument("Pulumi.x.yaml", Buffer.from(text));
const pki = "metrics-link:pki";

describe("a stack file in a review", () => {
  it("is read completely: its configuration, comments and the state's encryption", () => {
    const { config, others, comments } = read(
      `# One\nsecretsprovider: awskms://x\nencryptedkey: AAAA\nconfig:\n  ${pki}: { root: trial } # Two\n`,
    );
    assert.deepEqual(config, { [pki]: { root: "trial" } });
    assert.deepEqual(others, { secretsprovider: "awskms://x", encryptedkey: "AAAA" });
    assert.deepEqual(comments, ["# One", "# Two"]);
  });

  it("is read from each of the repository's examples", () => {
    for (const role of ["sender", "receiver"]) {
      const path = join(import.meta.dirname, `../../../stacks/examples/${role}.yaml`);
      const { config } = readStackDocument(role, readFileSync(path));
      assert.equal(config["metrics-link:role"], role);
    }
  });

  const ambiguous: Readonly<Record<string, readonly [string, RegExp]>> = {
    "a merge key": [`config:\n  ${pki}:\n    <<: { root: trial }\n`, /metrics-link:pki/],
    "an alias": [`config:\n  a:x: &a 1\n  ${pki}: *a\n`, /alias|anchor/],
    "an old form of a key": [
      "config:\n  metrics-link:config:pki: { root: trial }\n",
      /metrics-link:config:pki is no key/,
    ],
    "a key with a path": ["config:\n  metrics-link:pki.root: trial\n", /metrics-link:pki\.root is no key/],
    "a key without a namespace": ["config:\n  pki: { root: trial }\n", /pki is no key/],
    "JSON in a text": [`config:\n  ${pki}: '{"root":"trial"}'\n`, /metrics-link:pki is JSON in a text/],
    "an octal number": ["config:\n  metrics-link:host: { dataVolumeGiB: 0777 }\n", /dataVolumeGiB/],
    "a number with another spelling": ["config:\n  metrics-link:host: { dataVolumeGiB: 0x1f }\n", /0x1f/],
    "a number that is another in JavaScript": ["config:\n  a:x: 12345678901234567891\n", /1234567890123456789/],
    "a secret where none belongs": [
      `config:\n  ${pki}: { root: { secure: AAAA } }\n`,
      /metrics-link:pki\.root is a secret/,
    ],
    "a section that is a secret": [`config:\n  ${pki}: { secure: AAAA }\n`, /metrics-link:pki is a secret/],
    "a key that is there twice": [`config:\n  ${pki}: {}\nconfig: {}\n`, /unique/],
    "a key that Pulumi does not know": ["Config: {}\n", /Config is no key of a stack file/],
    "a line that only YAML 1.1 ends": [`config: {}\n# \u2028  ${pki}: { root: trial }\n`, /\\u\{2028\}/],
    "a carriage return": [`config: {}\n# \r  ${pki}: { root: trial }\n`, /\\u\{d\}/],
    "a character that cannot be seen": ["config:\n  a:x: b\u3164\n", /\\u\{3164\}/],
    "a directive": ["%YAML 1.2\n---\nconfig:\n  a:x: 0777\n", /%YAML/],
    "two documents": ["config: {}\n---\nconfig: {}\n", /one document|---/],
    "a configuration that is a list": ["config: []\n", /config is no mapping/],
  };
  for (const [what, [text, pattern]] of Object.entries(ambiguous)) {
    it(`is refused with ${what}`, () => assert.throws(() => read(text), pattern));
  }

  it("is refused when it is not UTF-8", () =>
    assert.throws(() => readStackDocument("x", Buffer.from([0x63, 0xff])), /in more than one way/));

  describe("may have as a secret, and only so,", () => {
    for (const [what, prometheus] of Object.entries({
      "an Alertmanager's password": "{ alertmanagers: [{ basicAuth: { username: a, password: VALUE } }] }",
      "an Alertmanager's token": "{ alertmanagers: [{ bearerToken: VALUE }] }",
      "an Alertmanager's key": "{ alertmanagers: [{ clientCertificate: { certificate: a.pem, key: VALUE } }] }",
      "a scrape job's secret": "{ secrets: { shop-password: VALUE } }",
    })) {
      it(what, () => {
        const withValue = (value: string) =>
          `config:\n  metrics-link:prometheus: ${prometheus.replace("VALUE", value)}\n`;
        read(withValue("{ secure: AAAA }"));
        for (const value of ["hunter2", "8675309"])
          assert.throws(
            () => read(withValue(value)),
            ({ message }: Error) => /is a secret in clear/.test(message) && !message.includes(value),
          );
      });
    }
  });

  it("reports paths outside the repository", () => {
    const { config } = read(
      `config:\n  ${pki}: { artefacts: /srv/pki }\n  metrics-link:prometheus: { alertmanagers: [{ ca: /srv/ca.pem, clientCertificate: { certificate: /srv/client.pem } }] }\n`,
    );
    assert.deepEqual(
      setAside(config).map(({ key, value }) => [key, value]),
      [
        ["pki.artefacts", '"/srv/pki"'],
        ["prometheus.alertmanagers[0].ca", '"/srv/ca.pem"'],
        ["prometheus.alertmanagers[0].clientCertificate.certificate", '"/srv/client.pem"'],
      ],
    );
  });
});
