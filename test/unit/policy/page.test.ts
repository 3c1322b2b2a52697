import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fences, type Policy, policies } from "@metrics-link/policy";

const page = new URL("../../../docs/policies.md", import.meta.url);
const [begin, end] = ["<!-- policies: begin -->\n", "<!-- policies: end -->\n"];

const title = (fence: string) => fence.charAt(0).toUpperCase() + fence.slice(1);

function entry({ name, rule, reason, remedy, source, kind, parameters = {} }: Policy): string {
  const set = Object.entries(parameters).map(
    ([key, { default: value, description }]) => `  - Parameter \`${key}\`: ${description}. Default ${value}.\n`,
  );
  const asked = kind === "resource" ? "before each resource" : "about all resources together";
  return [
    `- **\`${name}\`** ${rule}\n`,
    `  - Why: ${reason}\n`,
    `  - Remedy: ${remedy}\n`,
    `  - Source: ${source}. Asked ${asked}.\n`,
    ...set,
  ].join("");
}

const list = fences
  .map((fence) => {
    const ours = policies.filter((policy) => policy.fence === fence);
    return `### ${title(fence)} (${ours.length})\n\n${ours.map(entry).join("")}`;
  })
  .join("\n");

describe("docs/policies.md", () => {
  it("lists the policies of the pack (UPDATE_GOLDENS=1 writes the list)", () => {
    const text = readFileSync(page, "utf8");
    const [head = "", rest = ""] = text.split(begin);
    const [, tail = ""] = rest.split(end);
    const expected = `${head}${begin}${list}${end}${tail}`;
    if (process.env.UPDATE_GOLDENS === "1") writeFileSync(page, expected);
    else assert.equal(text, expected);
  });
});

describe("the pack", () => {
  const files = (folder: string) => readdirSync(new URL(folder, import.meta.url));

  it("has a spec for each policy, named after it", () => {
    const names = policies.map(({ name }) => name).toSorted();
    const specs = files("policies/").filter((file) => file.endsWith(".test.ts"));
    assert.deepEqual(specs.map((file) => file.replace(/\.test\.ts$/, "")).toSorted(), names);
  });

  it("says of each policy what must hold, why, what to do and where that is from, in sentences", () => {
    for (const { name, rule, reason, remedy, source } of policies) {
      assert.match(name, /^[a-z][a-z0-9-]{3,40}$/);
      for (const text of [rule, reason, remedy]) assert.match(text, /^[A-Z].*\.$/s, name);
      assert.ok(source.length > 10 && !source.endsWith("."), name);
    }
    assert.equal(new Set(policies.map(({ name }) => name)).size, policies.length);
  });
});
