import assert from "node:assert/strict";
import { forbiddenWords, wordProblems } from "../../../../scripts/lint/words.ts";

const page = `# Glossary
| \`artifact\` | a file |

## Words we do not use

| Word | Use |
| --- | --- |
| \`artefact\` | artifact |
| \`held change\`, \`vouching\` | pending change |

## Sources
| \`RFC 5280\` | … |
`;
const words = forbiddenWords(page);
const inFile = (text: string, path = "docs/a.md") => wordProblems([{ path, text }], words, []);

describe("lint of words", () => {
  it("reads them from the glossary's table, and fails without one", () => {
    assert.deepEqual(words, ["artefact", "held change", "vouching"]);
    assert.throws(() => forbiddenWords("# Glossary\n"), /no table "Words we do not use"/);
  });

  it("finds a word in prose, in identifiers, in the plural and over two lines of a comment", () => {
    assert.deepEqual(inFile("a\nAn artefact."), ['docs/a.md:2: "artefact"; docs/glossary.md has the right word']);
    for (const text of [
      "Artefacts",
      "artefactNames",
      "theArtefacts()",
      "ARTEFACT_NAMES",
      "heldChanges",
      "vouching-x",
    ]) {
      assert.equal(inFile(text).length, 1, text);
    }
    assert.equal(inFile(" * is a held\n * change of").length, 1);
    assert.match(inFile("", "docs/artefacts.md").join(), /^the name of docs\/artefacts\.md: /);
  });

  it("finds nothing in other words, in the changelog or in the glossary", () => {
    assert.deepEqual(inFile("artifact, artefactual, held, the change, avouching"), []);
    for (const path of ["CHANGELOG.md", "docs/glossary.md"]) assert.deepEqual(inFile("artefact", path), []);
  });

  it("ignores what an exception matches, and finds unused exceptions", () => {
    const exception = { text: /pki\.artefacts/g, reason: "a key of configuration" };
    const problems = (text: string) => wordProblems([{ path: "docs/a.md", text }], words, [exception]);
    assert.deepEqual(problems("pki.artefacts"), []);
    assert.equal(problems("pki.artefacts and artefacts").length, 1);
    assert.match(problems("nothing").join(), /is nowhere: remove it/);
  });
});
