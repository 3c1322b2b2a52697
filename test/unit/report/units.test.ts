import assert from "node:assert/strict";
import { format, scaleOf, type Unit } from "@metrics-link/report/chart/units.ts";
import fc from "fast-check";

describe("a value with its unit", () => {
  const cases: readonly [Unit, number, string][] = [
    ["s", 0, "0 s"],
    ["s", 0.0042, "4.2 ms"],
    ["s", 1.5234, "1.52 s"],
    ["s", 119, "119 s"],
    ["s", 150, "2.5 min"],
    ["s", 4 * 3600, "4 h"],
    ["s", 29.4 * 86_400, "29.4 days"],
    ["s", 10 * 365.25 * 86_400, "10 years"],
    ["bytes", 1536, "1.5 KiB"],
    ["bytes", 128 * 2 ** 20, "128 MiB"],
    ["short", 2013, "2013"],
    ["short", 23_456, "23.5 k"],
    ["short", 0.025, "0.025"],
    ["reqps", 1.26666, "1.27 req/s"],
    ["reqps", 0, "0 req/s"],
    ["percentunit", 0.9713, "97.1 %"],
    ["percentunit", 0, "0 %"],
    ["short", Number.NaN, "not a number"],
    ["s", Number.POSITIVE_INFINITY, "infinite"],
  ];
  for (const [unit, value, text] of cases) {
    it(`${value} of ${unit} is ${text}`, () => assert.equal(format(unit, value), text));
  }

  it("is never further from the value than its last digit", () => {
    const units = fc.constantFrom<Unit>("s", "bytes", "short", "percentunit", "reqps");
    fc.assert(
      fc.property(units, fc.double({ min: 1e-3, max: 1e15, noNaN: true }), fc.boolean(), (unit, size, negative) => {
        const value = negative ? -size : size;
        const text = format(unit, value);
        const read = Number.parseFloat(text) * scaleOf(unit, value).divisor;
        assert.ok(Math.abs(read - value) <= Math.abs(value) * 0.006, `${value} is told as ${text}`);
      }),
    );
  });
});
