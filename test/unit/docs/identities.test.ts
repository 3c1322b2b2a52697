/** The table of docs/deploy.md that says who calls what with which identity. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const repository = join(import.meta.dirname, "../../..");
const read = (file: string) => readFileSync(join(repository, file), "utf8");
const page = read("docs/deploy.md");
const [, section = ""] = /^### Who calls what with which identity\n([\s\S]*?)^### An image/m.exec(page) ?? [];

describe("the table of identities", () => {
  it("has each command that works with a stack in AWS", () => {
    const [, list = ""] = /^const deploying = \[(.*)\];$/m.exec(read("scripts/link.mjs")) ?? [];
    const commands = [...list.matchAll(/"(\w+)"/g)].map(([, name]) => name);
    assert.ok(commands.length >= 7, list);
    const missing = commands.filter((name) => !section.includes(`\`npm run ${name}\``));
    assert.deepEqual(missing, []);
  });

  it("names each policy of docs/iam", () => {
    const files = readdirSync(join(repository, "docs/iam"));
    assert.deepEqual(
      files.filter((file) => !section.includes(`(iam/${file})`)),
      [],
    );
  });

  it("says that the program's own processes assume the role where they do", () => {
    const assuming = ["packages/host/converge/run-command.ts", "scripts/audit/aws.ts", "stacks/account.ts"];
    for (const file of assuming) assert.match(read(file), /assumed\(role|assumeRoles: \[/, file);
    for (const row of ["AWS provider", "Converge", "`npm run preflight`", "`npm run audit`"]) {
      assert.match(section, new RegExp(`^\\| ${row}[^|]*\\| assumed`, "m"), row);
    }
  });
});
