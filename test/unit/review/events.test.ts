import assert from "node:assert/strict";
import { complaint, read, summary } from "./support.ts";

describe("the engine's events", () => {
  it("are recorded without debug messages, which hold private keys", () => {
    const key = "-----BEGIN EC PRIVATE KEY-----";
    const record = read([complaint(`RegisterResource RPC finished: ${key}`, "debug"), complaint(key, "info")]);
    assert.ok(!JSON.stringify(record).includes(key));
  });

  it("yield errors without stack frames, and without the engine's last error", () => {
    const { errors } = read([
      complaint("it broke\nInvalidInputError: no\n    at refused (file:///program.ts:1:1)"),
      complaint("preview failed\n"),
    ]);
    assert.deepEqual(errors, [{ urn: "", message: "it broke\nInvalidInputError: no" }]);
  });

  it("yield the program's warnings, without the engine's about local plugins", () => {
    const stack = "urn:pulumi:test::metrics-link::pulumi:pulumi:Stack::metrics-link-test";
    const { warnings } = read([
      complaint("account-b is held. Its root is not pinned\n", "warning", stack),
      complaint("using pulumi-language-nodejs from $PATH\n", "warning"),
    ]);
    assert.deepEqual(warnings, ["account-b is held. Its root is not pinned"]);
  });

  it("of an unknown shape stop the review", () => {
    assert.throws(() => read(['{"policyEvent":{"message":"no"}}']), {
      code: "PREVIEW_UNREADABLE",
      message: /unknown shape of an engine event: .*policyName/s,
    });
  });

  it("of other kinds are ignored", () => {
    assert.equal(
      read(['{"progressEvent":{}}', "warning: a word of the command line", summary("succeeded")]).succeeded,
      true,
    );
  });
});
