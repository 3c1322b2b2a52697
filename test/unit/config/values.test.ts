/** Values that users have written: what is taken, and what is refused in which words. */
import assert from "node:assert/strict";
import { parseConfiguration } from "@metrics-link/config";
import { commonNames } from "@metrics-link/contract";
import { namedOf, problemsOf, withValue } from "./example.ts";

interface Row {
  readonly key: string;
  readonly taken: readonly unknown[];
  readonly refused: readonly (readonly [value: unknown, remedy: RegExp, below?: string])[];
}

const rows: readonly Row[] = [
  {
    key: "network.cidr",
    taken: ["10.0.0.0/16", "172.16.0.0/16", "172.31.255.0/24", "192.168.0.0/16", "10.10.2.0/23"],
    refused: [
      ["172.0.0.0/16", /RFC 1918/],
      ["172.32.0.0/16", /RFC 1918/],
      ["192.0.2.0/24", /RFC 1918/],
      ["8.8.0.0/16", /RFC 1918/],
      ["100.64.0.0/16", /RFC 1918/],
      ["10.300.0.0/16", /RFC 1918/],
      ["10.010.0.0/16", /RFC 1918/],
      ["10.10.1.0/23", /begins at its first address/],
      ["10.10.0.1/16", /begins at its first address/],
      ["10.0.0.0/8", /between \/16 and \/24/],
      ["10.10.0.0/25", /between \/16 and \/24/],
      ["10.10.0.0/016", /between \/16 and \/24/],
    ],
  },
  {
    key: "account.region",
    taken: ["eu-west-1"],
    refused: [
      ["cn-north-1", /not one in China/],
      ["cn-northwest-1", /amazonaws\.com\.cn/],
      ["eu-west", /an AWS region/],
    ],
  },
  {
    key: "host.instanceType",
    taken:
      "t3.micro t3a.small m5.large m7i.metal-24xl c7i-flex.large i3.metal p3dn.24xlarge g4dn.xlarge u-6tb1.metal u7i-12tb.224xlarge m6id.large z1d.large inf2.xlarge hpc7a.96xlarge x2iedn.xlarge r8i.large".split(
        " ",
      ),
    refused: [
      ["t2.small", /Nitro System.*t2 are not NVMe/],
      ["m4.large", /not NVMe/],
      ["i3.large", /not NVMe/],
      ["mac2.metal", /for Linux/],
      ["t3.nano", /0\.5 GiB/],
      ["t3", /such as t3\.small/],
      ["T3.small", /such as t3\.small/],
    ],
  },
  {
    key: "pki.organization",
    taken: [
      "Acme, Inc.",
      "A+B",
      "AT&T",
      "#1 Metrics",
      "Müller & Söhne",
      "株式会社メトリクス",
      "मेट्रिक्स",
      "Ю",
      'The "Best"',
      "a=b\\c",
    ],
    refused: [
      [" Acme", /blanks at either end/],
      ["Acme ", /blanks at either end/],
      ["Ac\tme", /control characters/],
      ["Ac\u200bme", /control characters/],
      ["x".repeat(41), /1 to 40/],
      [1.1, /in quotes$/],
      [true, /in quotes$/],
    ],
  },
  {
    key: "prometheus.externalLabels",
    taken: [{ account: "012345678901" }, { team: "a b" }, { team: "日本" }, { _x: "y" }],
    refused: [
      [{ account: "" }, /1 to 200 characters/, "account"],
      [{ account: "a$b" }, /without \$/, "account"],
      [{ account: "$X" }, /without \$/, "account"],
      [{ account: "$$" }, /without \$/, "account"],
      [{ account: 12345678901 }, /in quotes/, "account"],
      [{ account: true }, /in quotes/, "account"],
      [{ account: "a\nb" }, /label value/, "account"],
      [{ account: "x".repeat(201) }, /1 to 200/, "account"],
      [{ __name__: "x" }, /does not begin with __/, "__name__"],
      [{ __meta: "x" }, /does not begin with __/, "__meta"],
      [{ link_side: "x" }, /is not one of .*link_side/, "link_side"],
      [{ job: "x" }, /is not one of job/, "job"],
      [{ instance: "x" }, /is not one of/, "instance"],
      [{ le: "x" }, /is not one of/, "le"],
      [{ quantile: "x" }, /is not one of/, "quantile"],
      [{ "cloud.account": "x" }, /letters, digits and _/, "cloud.account"],
      [Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`label${index}`, "x"])), /at most 20/],
      [{}, /at least one label/],
    ],
  },
  {
    key: "prometheus.alertmanagers[].url",
    taken: [
      "https://am.example.com",
      "https://am.example.com:9093",
      "https://am.example.com/team-a/",
      "https://10.0.0.7:9093",
      "https://am",
      "https://am:65535",
    ],
    refused: [
      ["http://am.example.com", /an https URL/],
      ["https://am:99999", /a port of 1 to 65535/],
      ["https://am:0", /a port of 1 to 65535/],
      ["https://am:", /a port of 1 to 65535/],
      ["https://am:09093", /a port of 1 to 65535/],
      ["https://1.2.3", /DNS name/],
      ["https://1", /DNS name/],
      ["https://010.0.0.1", /DNS name/],
      ["https://256.1.1.1", /DNS name/],
      ["https://AM.example.com", /lower case/],
      ["https://user:word@am.example.com", /without user/],
      ["https://am.example.com/?x=1", /without user and query/],
      ["https://am.example.com/#x", /an https URL/],
      ["https://am.example.com/a/../b", /an https URL/],
      ["https://am.example.com//b", /an https URL/],
      ["https://.", /DNS name/],
      ["https://-", /DNS name/],
      ["https://a..b", /DNS name/],
      ["https://am.example.com ", /an https URL/],
      ["https://localhost:9093", /another machine/],
      ["https://127.0.0.1:9093", /another machine/],
    ],
  },
  {
    key: "prometheus.alertmanagers[].basicAuth.username",
    taken: ["metrics-link", "a b", "ü"],
    refused: [
      ["a:b", /without a colon/],
      [" a", /without blanks/],
    ],
  },
  {
    key: "prometheus.alertmanagers[].bearerToken",
    taken: ["abc.DEF-_~+/==", "x", "1234:abc"],
    refused: [
      ["a b", /without blanks/],
      ["abc\n", /without blanks and line ends/],
      ["ä", /characters of ASCII/],
    ],
  },
  {
    key: "prometheus.scrapeInterval",
    taken: ["1s", "1000ms", "15s", "3m", "240s", "1h"],
    refused: ["0s", "999ms", "61m", "2h", "1m30s", "1w", "15", "15 s", "015s", "-1s", "1e3s", "99999999999s"].map(
      (value) => [value, /how often to scrape: 1s to 1h, in one unit/] as const,
    ),
  },
  {
    key: "senders[].name",
    taken: ["a", "account-a"],
    refused: [
      ["elsewhere", /not elsewhere/],
      ["Account", /a-z/],
      ["1a", /beginning with a letter/],
    ],
  },
];

describe("values of the configuration", () => {
  for (const { key, taken, refused } of rows) {
    const role = key.startsWith("senders") ? "receiver" : "sender";

    it(`${key} takes ${taken.length} that work`, () => {
      for (const value of taken) parseConfiguration(withValue(role, key, value));
    });
    it(`${key} refuses ${refused.length} that do not, and says what would be right`, () => {
      for (const [value, remedy, below] of refused) {
        const [problem, ...more] = problemsOf(withValue(role, key, value));
        assert.deepEqual(
          [problem?.key, more],
          [`${namedOf(key)}${below === undefined ? "" : `.${below}`}`, []],
          JSON.stringify(value),
        );
        assert.match(problem?.remedy ?? "", remedy, JSON.stringify(value));
      }
    });
  }

  it("has names of authorities of 64 characters at most (RFC 5280, ub-common-name)", () => {
    const longest = "x".repeat(40);
    parseConfiguration(withValue("sender", "pki.organization", longest));
    assert.ok(commonNames.intermediate(longest, 9999).length <= 64);
  });
});
