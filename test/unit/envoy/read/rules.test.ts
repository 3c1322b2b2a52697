import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Rendering, releaseFiles } from "@metrics-link/envoy";
import { find, readFiles, readValue, toJson } from "@metrics-link/envoy/read/index.ts";
import { Authority } from "../support/authority.ts";
import { changed } from "../support/changed.ts";
import { validate } from "../support/envoy-process.ts";
import { examples, receiverOfOne } from "../support/examples.ts";
import { layOut } from "../support/lay-out.ts";
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

  /** The files of a rendering, as a release has them; each root bundle is another one. */
  const lookupOf = (rendering: Rendering) => (path: string) => {
    if (path === "envoy/bootstrap.json") return toJson(rendering.bootstrap);
    if (path === releaseFiles.ingest) return rendering.ingest && toJson(rendering.ingest);
    if (path.startsWith("tls/roots/")) return authority.root;
    const secret = rendering.secrets.find((one) => one.path === path);
    return secret === undefined ? undefined : toJson(secret.content);
  };

  for (const [name, render] of Object.entries(examples)) {
    it(`find nothing in the example ${name}`, () => {
      assert.deepEqual(find(readValue(render().staticTwin, "twin"), {}), []);
      assert.deepEqual(find(readFiles(lookupOf(render())), {}), []);
    });
  }

  for (const { what, rule, also = [], path, value, of = receiverOfOne, seenByEnvoy } of mistakes) {
    it(`name ${what}${seenByEnvoy ? "" : ", which Envoy accepts"}`, () => {
      const mistaken = changed(of().staticTwin, path, value);
      const found = find(readValue(mistaken, "twin"), {});
      assert.deepEqual(unique(found.map((finding) => finding.rule)), unique([rule, ...also]));
      const file = join(directory, "mistaken.json");
      writeFileSync(file, toJson(mistaken));
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
      const lookup = lookupOf(changed(receiverOfOne(), path, value));
      const found = find(readFiles(lookup), { lookup });
      assert.match(found.map((one) => `${one.path}: ${one.message}`).join("\n"), expected);
    });
  }
});
