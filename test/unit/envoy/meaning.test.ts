import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkMeaning, checkRendering, toYaml } from "@metrics-link/envoy";
import { Authority } from "./support/authority.ts";
import { changed } from "./support/changed.ts";
import { validate } from "./support/envoy-process.ts";
import { examples, receiverOfOne } from "./support/examples.ts";
import { layOut } from "./support/lay-out.ts";
import { mistakes } from "./support/mistakes.ts";

describe("what a configuration means", () => {
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "meaning-"));
    const authority = new Authority(directory, "any");
    layOut(directory, authority.issue({ dnsName: "any.example", usage: "clientAuth" }), {
      a: authority.root,
      b: authority.root,
      c: authority.root,
    });
  });
  after(() => rmSync(directory, { recursive: true }));

  for (const [name, render] of Object.entries(examples)) {
    it(`is sound in the example ${name}`, () => assert.deepEqual(checkRendering(render()), []));
  }

  for (const { what, rule, also, path, value, of = receiverOfOne, seenByEnvoy } of mistakes) {
    it(`is ${rule} for ${what}${seenByEnvoy ? "" : ", which Envoy accepts"}`, () => {
      const mistaken = changed(of().staticTwin, path, value);
      assert.deepEqual(
        [...new Set(checkMeaning(mistaken).map((finding) => finding.rule))],
        also ? [rule, also] : [rule],
      );
      const file = join(directory, "mistaken.yaml");
      writeFileSync(file, toYaml(mistaken));
      const verdict = validate(file, directory);
      if (seenByEnvoy) assert.notEqual(verdict, undefined);
      else assert.equal(verdict, undefined);
    });
  }

  const secret = "secrets.0.content.resources.0";
  for (const [what, path, value] of [
    ["a name that nobody asks for", `${secret}.name`, "other"],
    ["nothing", `${secret}.tls_certificate`, undefined],
    ["no watched directory", `${secret}.tls_certificate.watched_directory`, undefined],
    ["another path", "secrets.0.path", "envoy/sds/other.yaml"],
  ] as const) {
    it(`is secret-files for a secret's file with ${what}`, () => {
      const found = checkRendering(changed(receiverOfOne(), path, value));
      assert.deepEqual([...new Set(found.map(({ rule }) => rule))], ["secret-files"]);
    });
  }
});
