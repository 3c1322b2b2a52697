/** The blocks of docs/deploy.md: test/e2e/deploy runs them. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { passwordKey, StackFiles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { parse, parseDocument } from "yaml";
import { StackFile } from "../../../scripts/stack/stack-file.ts";
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
      "another command in a block that another test runs",
      "--dest account-a 'URN-OF-sender-address'",
      "--dest account-b 'URN-OF-sender-address'",
      /nothing says what in .*60-exchange\.test\.ts does: pulumi state move .*--dest account-b/,
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

  describe("an Alertmanager", () => {
    const [example, command] = blocksOf(page).filter(({ heading }) => heading === "An Alertmanager");

    it("has the keys that a sandbox's own Alertmanager has, in a file that is valid", () => {
      const folder = mkdtempSync(join(tmpdir(), "alertmanager-"));
      try {
        mkdirSync(join(folder, "stacks"));
        const ca = "monitoring/alertmanager-ca.pem";
        const own = {
          endpointService: "com.amazonaws.vpce.eu-west-1.vpce-svc-1",
          url: "https://a.example",
          ca,
          username: "x",
        };
        const files = new StackFiles(process.cwd(), folder, folder, own);
        files.write("receiver");
        const document = parseDocument(readFileSync("stacks/examples/receiver.yaml", "utf8"));
        for (const [key, section] of Object.entries(parse(example?.text ?? "") as Record<string, object>)) {
          const name = key.replace("metrics-link:", "");
          for (const [inner, value] of Object.entries(section)) {
            document.setIn(["config", key, inner], document.createNode(value));
            const ofSandbox = files.section<Record<string, unknown>>("receiver", name)[inner];
            assert.deepEqual(pathsIn(value), pathsIn(ofSandbox), `${name}.${inner}`);
          }
        }
        // What the command writes.
        document.setIn(["config", "metrics-link:prometheus", "alertmanagers", 0, "basicAuth", "password"], {
          secure: "x",
        });
        const file = join(folder, "stacks/Pulumi.production-receiver.yaml");
        writeFileSync(file, document.toString());
        new StackFile(file).read();
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it("sets the secret that a sandbox sets", () => {
      assert.ok(command?.text.includes(` --path '${passwordKey}' --secret `), command?.text);
    });
  });
});

/** The keys of a value, at every level. */
const pathsIn = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(pathsIn)
    : typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, pathsIn(inner)]))
      : "";
