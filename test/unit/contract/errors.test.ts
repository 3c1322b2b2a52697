import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { errorCodes, hasCode, InvalidInputError, LinkError, messageOf } from "@metrics-link/contract";

const page = new URL("../../../docs/errors.md", import.meta.url);
const [begin, end] = ["<!-- codes: begin -->\n", "<!-- codes: end -->\n"];

const list = Object.entries(errorCodes)
  .map(([code, { meaning, next }]) => `- **\`${code}\`** ${meaning}\n  - Next: ${next}\n`)
  .join("");

describe("docs/errors.md", () => {
  it("lists every code (UPDATE_GOLDENS=1 writes the list)", () => {
    const text = readFileSync(page, "utf8");
    const [head = "", rest = ""] = text.split(begin);
    const [, tail = ""] = rest.split(end);
    const expected = `${head}${begin}${list}${end}${tail}`;
    if (process.env.UPDATE_GOLDENS === "1") writeFileSync(page, expected);
    else assert.equal(text, expected);
  });

  it("says in sentences what each code means and what to do", () => {
    for (const [code, { meaning, next }] of Object.entries(errorCodes)) {
      assert.match(code, /^[A-Z]+(_[A-Z]+)*$/);
      for (const text of [meaning, next]) assert.match(text, /^[A-Z].*\.$/s, code);
    }
  });
});

describe("an error", () => {
  const cause = new Error("ENOENT");
  const error = new LinkError("TOOL_MISSING", { what: "promtool is not on PATH", next: "run `npm run setup`", cause });

  it("has a code, a message of what happened and what to do, and a cause", () => {
    assert.equal(error.message, "promtool is not on PATH; run `npm run setup`");
    assert.equal(error.cause, cause);
    assert.ok(hasCode(error, "TOOL_MISSING") && !hasCode(error, "USAGE") && !hasCode(cause, "TOOL_MISSING"));
  });

  it("shows its code in the stack trace, which is what Pulumi prints", () => {
    assert.match(error.stack ?? "", /^LinkError \[TOOL_MISSING\]: promtool is not on PATH; run/);
  });

  it("shows the value seen, escaped and shortened", () => {
    const { message, value } = new LinkError("USAGE", { what: "--stack is no stack", value: "\u001b[2J" });
    assert.equal(message, '--stack is no stack: "\\u001b[2J"');
    assert.equal(value, "\u001b[2J");
    assert.ok(new LinkError("USAGE", { what: "x", value: "y".repeat(1e6) }).message.length < 1000);
  });

  it("lists every problem of an input", () => {
    const invalid = new InvalidInputError("It", [{ key: "a", value: 1, remedy: "2" }], "CONFIGURATION_INVALID");
    assert.ok(invalid instanceof LinkError && hasCode(invalid, "CONFIGURATION_INVALID"));
    assert.equal(invalid.message, "It:\n  - a is 1: 2");
  });

  it("has a message, whatever was thrown", () => {
    assert.equal(messageOf(error), error.message);
    assert.equal(messageOf("words"), "words");
  });
});
