import assert from "node:assert/strict";
import { type Unit, unitText } from "@metrics-link/host/cloud/units.ts";
import { readUnitFile } from "@metrics-link/policy/model/unit-file.ts";
import fc from "fast-check";

const faultsOf = (text: string) => readUnitFile(text).faults;
const service = (line: string) => `[Service]\n${line}\n`;

describe("the strict unit file reader", () => {
  it("accepts what the program renders", () => {
    const name = fc.stringMatching(/^[A-Z][A-Za-z]{0,20}$/);
    const value = fc.stringMatching(/^([!-[\]-~]([ -~]{0,30}[!-[\]-~])?)?$/);
    const section = fc.dictionary(name, fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 })), {
      minKeys: 1,
      noNullPrototype: true,
    });
    const unit = fc.dictionary(name, section, { minKeys: 1, noNullPrototype: true });
    fc.assert(
      fc.property(unit, (said) => {
        const { unit: read, faults } = readUnitFile(unitText(said as Unit));
        assert.deepEqual(faults, []);
        const lists = Object.entries(said).map(([key, entries]) => [
          key,
          Object.fromEntries(Object.entries(entries).map(([one, found]) => [one, [found].flat()])),
        ]);
        assert.deepEqual(read, Object.fromEntries(lists));
      }),
    );
  });

  const refused: Readonly<Record<string, string>> = {
    "a line that goes on": service("ExecStart=/bin/a \\\n --b"),
    "a line that would go on": service("ExecStart=/bin/a\\"),
    "a blank before the equals sign": service("ExecStart =/bin/a"),
    "a blank after it": service("ExecStart= /bin/a"),
    "a blank at the end": service("ExecStart=/bin/a "),
    "an indented line": service(" ExecStart=/bin/a"),
    "a tab": service("ExecStart=/bin/a\t--b"),
    "a carriage return": service("ExecStart=/bin/a\r"),
    "a comment": service("# ExecStart=/bin/a"),
    "another comment": service("; ExecStart=/bin/a"),
    "a byte order mark": `\ufeff${service("ExecStart=/bin/a")}`,
    "letters that look like others": service("\u0415xecStart=/bin/a"),
    "a value beyond ASCII": service("Description=\u00e9"),
    "a key of another form": service("exec-start=/bin/a"),
    "a section that begins again": `${service("User=a")}${service("User=b")}`,
    "a section with a blank": "[Service ]\nUser=a\n",
    "a line before every section": "User=a\n[Service]\n",
    "a last line without an end": "[Service]\nUser=a",
    "an include": service(".include /etc/x"),
    "a null": service("User=a\0b"),
  };
  for (const [what, text] of Object.entries(refused)) {
    it(`refuses ${what}`, () => assert.notDeepEqual(faultsOf(text), []));
  }
});
