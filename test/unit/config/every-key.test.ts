/** Every key of the schema with values that cannot be right. The keys come from the schema: a new one is tried as well. */
import assert from "node:assert/strict";
import { parseConfiguration } from "@metrics-link/config";
import { allKeysOf, type Key, typeOf } from "../../../scripts/generate/configuration.ts";
import { exampleOf, namedOf, problemsOf, type Role, withValue } from "./example.ts";

const roles: readonly Role[] = ["sender", "receiver"];

/** JSON types: what Pulumi hands over. An integer is a number to everybody but the schema. */
const samples: Readonly<Record<string, readonly unknown[]>> = {
  string: [12, 1.5, true, null, [], ["x"], {}, { key: "x" }],
  integer: ["12", 1.5, true, null, [], {}],
  number: ["12", true, null, [], {}],
  boolean: ["true", "yes", 1, null, [], {}],
  array: ["x", 12, true, null, {}, [{ "a key": [] }], [null], [[]]],
  object: ["x", 12, true, null, [], ["x"]],
};

/** Texts that no key takes: blanks, line ends, what a terminal acts on, halves of characters. */
const strangeTexts = [
  " ",
  "\n",
  "x\u0000y",
  "\u001b[31mred",
  " 10.0.0.0/16",
  "x\u202ey",
  "\ud800",
  "x".repeat(100_000),
];

/**
 * What is said of every scraper beside what is tried: its ports are those of listeners, which another section declares. The
 * rule `scrapedPortsListen` has its cases in rules.test.ts.
 */
const scrapersPort = "metrics-link:network.scrapedBy[0].ports[0]";

const kindOf = (key: Key): string => (key.const === undefined ? (key.type ?? "string") : "string");

/** The one complaint about this key, or one of its members, in words that say what would be right. */
function requireRefusal(role: Role, key: Key, value: unknown): void {
  const named = namedOf(key.path);
  const problems = problemsOf(withValue(role, key.path, value)).filter(
    (problem) => problem.key !== scrapersPort || scrapersPort.startsWith(named),
  );
  const what = `${key.path}: ${JSON.stringify(value)?.slice(0, 80)}`;
  assert.ok(problems.length > 0, what);
  for (const { key: found, remedy } of problems) {
    assert.ok(found === named || found.startsWith(`${named}.`) || found.startsWith(`${named}[`), `${what}: ${found}`);
    assert.match(remedy, /\w{2}/, what);
    assert.doesNotMatch(remedy, /\b(invalid|expected|received|undefined|must match|pattern|another value)\b/i, what);
  }
  assert.equal(new Set(problems.map((problem) => problem.key)).size, problems.length, `${what}: each key once`);
}

for (const role of roles) {
  describe(`every key of a ${role}'s configuration`, () => {
    const keys = allKeysOf(role);

    it("is there: sections, lists and what is in them", () => {
      for (const path of ["account", "pki.lifetimes", "prometheus.alertmanagers", "prometheus.alerts.*.for"]) {
        assert.ok(
          keys.some((key) => key.path === path),
          path,
        );
      }
    });

    for (const key of keys) {
      const kind = kindOf(key);

      it(`${key.path} is accepted as its example`, () => {
        if (key.isSection) return;
        const value = exampleOf(key);
        const raw = withValue(role, key.path, value);
        if (!key.path.startsWith("network.scrapedBy[].")) parseConfiguration(raw);
        else assert.deepEqual([...new Set(problemsOf(raw).map((problem) => problem.key))], [scrapersPort]);
      });

      it(`${key.path} is refused as another type than ${typeOf(key)}`, () => {
        for (const value of samples[kind] ?? assert.fail(`no samples of ${kind}`)) requireRefusal(role, key, value);
      });

      if (kind === "string") {
        it(`${key.path} is refused as an empty or strange text`, () => {
          for (const value of ["", ...strangeTexts]) requireRefusal(role, key, value);
        });
      }
      if (kind === "integer" || kind === "number") {
        it(`${key.path} is refused below its least and above its greatest number`, () => {
          const { minimum, maximum } = key;
          assert.ok(minimum !== undefined && maximum !== undefined);
          for (const value of [minimum - 1, maximum * 2 + 1, -1e300, 1e300]) requireRefusal(role, key, value);
        });
      }
      if (kind === "array") {
        it(`${key.path} is refused as a list that is too long`, () => {
          const [member] = key.isSection ? [{}] : ([exampleOf(key)].flat() as unknown[]);
          requireRefusal(
            role,
            key,
            Array.from({ length: 1000 }, () => member),
          );
        });
        it(`${key.path} is refused as an empty list, unless there need be none`, () => {
          const value: unknown[] = [];
          if (key.isSection && !key.isRequired) parseConfiguration(withValue(role, key.path, value));
          else if (key.default !== undefined) assert.deepEqual(key.default, value);
          else requireRefusal(role, key, value);
        });
      }
      if (kind === "object") {
        it(`${key.path} is refused with a key that does not exist, and with a thousand`, () => {
          requireRefusal(role, key, { "no such key": {} });
          requireRefusal(
            role,
            key,
            Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`key${index}`, "x"])),
          );
        });
      }
      if (key.isRequired && !key.path.includes("[]")) {
        it(`${key.path} is refused when it is missing`, () => {
          const [problem, ...more] = problemsOf(withValue(role, key.path, undefined));
          assert.deepEqual([problem?.key, problem?.value, more], [namedOf(key.path), undefined, []]);
        });
      }
    }

    it("shows no value of a secret, however wrong it is", () => {
      const secrets = keys.filter(({ secret }) => secret);
      assert.deepEqual(
        secrets.map(({ path }) => path),
        [
          "metricsServices[].keypairs[].keySecret",
          "prometheus.alertmanagers[].basicAuth.password",
          "prometheus.alertmanagers[].bearerToken",
          "prometheus.alertmanagers[].clientCertificate.key",
        ],
      );
      const hidden = "hunter 2 \n";
      const misspelt = {
        url: "https://am.example.com",
        pasword: hidden,
        basicAuth: { username: "u", passwort: hidden },
      };
      const wrong = [
        ...secrets.flatMap(({ path }) => [[hidden], hidden].map((value) => withValue(role, path, value))),
        withValue(role, "prometheus.alertmanagers", [misspelt]),
        withValue(role, "prometheus.alertmanagers", hidden),
        withValue(role, "prometheus.alertmanagers[].basicAuth", hidden),
      ];
      for (const raw of wrong) {
        assert.throws(
          () => parseConfiguration(raw),
          (error) => error instanceof Error && !`${error.stack}${JSON.stringify(error)}`.includes("hunter"),
        );
      }
    });
  });
}
