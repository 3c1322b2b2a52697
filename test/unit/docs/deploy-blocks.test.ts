/** The blocks of docs/deploy.md: test/e2e/deploy runs them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { matched } from "../../e2e/deploy/match.ts";
import { treatments } from "../../e2e/deploy/treatments.ts";
import { untried, untriedOf } from "../../e2e/deploy/untried.ts";
import { blocksOf } from "../../support/blocks.ts";

describe("the reader of a page's blocks", () => {
  it("finds blocks in lists and quotations, each with its heading and line", () => {
    const page = [
      ...[
        "# One `two`",
        "",
        "```sh",
        "a",
        "```",
        "",
        "## Three",
        "",
        "1. text",
        "",
        "   ~~~json",
        "   {",
        "     }",
        "   ~~~",
      ],
      ...["", "2. ```", "   b", "   ```", "", "> ```yaml", "> c: d", "> ```", "", "    by indentation"],
    ].join("\n");
    assert.deepEqual(blocksOf(page), [
      { heading: "One two", language: "sh", text: "a", line: 3 },
      { heading: "Three", language: "json", text: "{\n  }", line: 11 },
      { heading: "Three", language: "", text: "b", line: 16 },
      { heading: "Three", language: "yaml", text: "c: d", line: 20 },
    ]);
  });

  it("takes no heading out of a block", () => {
    const page = "# One\n```sh\n# no heading\n```\n~~~sh\nx\n~~~\n";
    assert.deepEqual(
      blocksOf(page).map(({ heading }) => heading),
      ["One", "One"],
    );
  });
});

describe("docs/deploy.md", () => {
  const page = readFileSync("docs/deploy.md", "utf8");

  it("has no block of which nothing says how a test runs it", () => {
    assert.deepEqual(matched(page, treatments).problems, []);
  });

  it("names among what is untried no command of which nothing says whether the sandbox runs it", () => {
    const named = untriedOf(page);
    assert.deepEqual([...new Set(named)].toSorted(), Object.keys(untried).toSorted());
    assert.ok(untriedOf(page.replace("`pulumi refresh`", "`pulumi about`")).includes("pulumi about"));
  });

  for (const [what, from, to, expected] of [
    [
      "a new block",
      "## An Alertmanager\n",
      "## An Alertmanager\n\n```sh\nrm -rf /\n```\n",
      /under "An Alertmanager": nothing says how/,
    ],
    [
      "a block that is gone",
      "```sh\nnpm run -s audit",
      "```text\nno audit",
      /nothing says how .* expected is one that begins with npm run -s audit/,
    ],
    [
      "another text of a block that nobody runs",
      '"ec2:DescribeAddresses"',
      '"ec2:Describe*"',
      /no test runs this block, and it has changed/,
    ],
  ] as const) {
    it(`fails with ${what}`, () => {
      assert.ok(page.includes(from), from);
      assert.match(matched(page.replace(from, to), treatments).problems.join("\n"), expected);
    });
  }
});
