import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { find, inOnePiece, readFiles, readValue, toJson, withFiles } from "@metrics-link/envoy/read/index.ts";
import { Authority } from "../support/authority.ts";
import { changed } from "../support/changed.ts";
import { validate } from "../support/envoy-process.ts";
import { examples, receiverOfOne } from "../support/examples.ts";
import { layOut } from "../support/lay-out.ts";
import { lookupOf } from "../support/lookup-of.ts";
import { mistakes } from "../support/mistakes.ts";

const unique = (values: readonly string[]) => [...new Set(values)].toSorted();

describe("the rules on Envoy configurations", () => {
  let directory: string;
  let authority: Authority;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "meaning-"));
    authority = new Authority(directory, "any");
    layOut(directory, authority.issue({ dnsName: "any.example", usage: "clientAuth" }), {
      a: authority.root,
      b: authority.root,
      c: authority.root,
    });
  });
  after(() => rmSync(directory, { recursive: true }));

  for (const [name, render] of Object.entries(examples)) {
    it(`find nothing in the example ${name}`, () => {
      assert.deepEqual(find(readFiles(lookupOf(render(), authority.root)), {}), []);
    });
  }

  for (const { what, rule, also = [], path, value, of = receiverOfOne, seenByEnvoy } of mistakes) {
    it(`name ${what}${seenByEnvoy ? "" : ", which Envoy accepts"}`, () => {
      const rendering = of();
      const lookup = lookupOf(rendering);
      const mistaken = changed(inOnePiece(lookup), path, value);
      // `/config_dump` of a running Envoy has its listeners in the bootstrap too, and the reader takes it without `node`.
      const { node: _node, ...running } = mistaken;
      const role = rendering.ingest === undefined ? "sender" : "receiver";
      const found = find(readValue(running, "running"), { role });
      assert.deepEqual(unique(found.map((finding) => finding.rule)), unique([rule, ...also]));
      const file = join(directory, "mistaken.json");
      writeFileSync(file, toJson(withFiles(mistaken, lookup)));
      const verdict = validate(file, directory);
      if (seenByEnvoy) assert.notEqual(verdict, undefined);
      else assert.equal(verdict, undefined);
    });
  }

  const secret = "secrets.0.content.resources.0";
  for (const [what, path, value, expected] of [
    ["a name that nobody asks for", `${secret}.name`, "other", /holds 0 secrets named leaf/],
    ["nothing", `${secret}.tls_certificate`, undefined, /leaf\.json: resources\[0\]: .*one of tls_certificate/],
    ["no watched directory", `${secret}.tls_certificate.watched_directory`, undefined, /watched_directory: missing/],
    ["another path", "secrets.0.path", "envoy/sds/other.json", /there is no envoy\/sds\/leaf\.json/],
  ] as const) {
    it(`name a secret's file with ${what}`, () => {
      const lookup = lookupOf(changed(receiverOfOne(), path, value), authority.root);
      const found = find(readFiles(lookup), { lookup });
      assert.match(found.map((one) => `${one.path}: ${one.message}`).join("\n"), expected);
    });
  }
});
