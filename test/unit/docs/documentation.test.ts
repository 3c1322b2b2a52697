import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { outcomes } from "@metrics-link/host/agent/run.ts";
import { keysOf } from "../../../scripts/generate/configuration.ts";

const repository = resolve(import.meta.dirname, "../../..");
const read = (file: string) => readFileSync(join(repository, file), "utf8");
const json = <Shape>(file: string) => JSON.parse(read(file)) as Shape;

/** Every page that a person reads; those of the packages included. */
const pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/**/*.md", "packages/**/*.md"]
  .flatMap((pattern) => globSync(pattern, { cwd: repository, exclude: (path) => path.includes("node_modules") }))
  .sort();

/** The text without fenced code, in which brackets mean something else. */
const prose = (markdown: string) => markdown.replaceAll(/^(```|~~~).*?^\1$/gms, "");

describe("links in the documentation", () => {
  for (const page of pages) {
    it(`exist: ${page}`, () => {
      const broken = targetsOf(read(page)).filter((target) => !resolves(page, target));
      assert.deepEqual(broken, []);
    });
  }
});

describe("docs/decisions/README.md", () => {
  it("links to every decision, once and in order", () => {
    const decisions = globSync("[0-9]*.md", { cwd: join(repository, "docs/decisions") });
    const index = targetsOf(read("docs/decisions/README.md"));
    assert.deepEqual(
      index.filter((target) => /^\d{4}-/.test(target)),
      decisions.toSorted(),
    );
  });
});

describe("docs/operate.md", () => {
  const page = read("docs/operate.md");

  it("says what to do for every outcome of the agent", () => {
    const words = outcomes.map((outcome) => outcome.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
    assert.deepEqual(
      words.filter((word) => !page.includes(`\n| \`${word}\``)),
      [],
    );
  });
});

describe("docs/dependencies.md", () => {
  const listed = listedNames(read("docs/dependencies.md"));
  const used = new Set([...npmPackages(), ...tools()]);

  it("has a line for every npm package, tool, plugin, Debian package and Python package", () => {
    assert.deepEqual(
      [...used].filter((name) => !listed.includes(name)),
      [],
    );
  });

  it("has no line for an unused dependency", () => {
    assert.deepEqual(
      listed.filter((name) => !used.has(name)),
      [],
    );
  });
});

describe("docs/configuration.md", () => {
  const page = read("docs/configuration.md");
  const common = rowsOf(page, "## Both roles");
  const own = { sender: rowsOf(page, "## Sender only"), receiver: rowsOf(page, "## Receiver only") };

  for (const role of ["sender", "receiver"] as const) {
    it(`names every key of a ${role} and no other`, () => {
      const described = [...common, ...own[role]].map(({ key }) => key);
      assert.deepEqual(
        described.sort(),
        keysOf(role)
          .map(({ path }) => path)
          .sort(),
      );
    });

    it(`has the required keys and the defaults of a ${role}`, () => {
      const rows = new Map([...common, ...own[role]].map((row) => [row.key, row.fallback]));
      for (const { path, isRequired, default: value } of keysOf(role)) {
        const told = rows.get(path);
        assert.equal(told === "required", isRequired, path);
        const fallback = typeof value === "string" ? value : JSON.stringify(value);
        if (fallback !== undefined) assert.equal(told, `\`${fallback}\``, path);
      }
    });
  }
});

describe("configuration keys in the documentation", () => {
  const known = new Set(
    (["sender", "receiver", "exchange"] as const).flatMap((role) => keysOf(role).flatMap(({ path }) => prefixes(path))),
  );

  for (const page of pages) {
    it(`exist: ${page}`, () => {
      const named = [...read(page).matchAll(/metrics-link:([a-z][\w.[\]]*\b(?:\[\])?)(?!:[A-Z])/gi)].map(
        ([, key = ""]) => key.replaceAll(/\[\d+\]/g, "[]"),
      );
      // `metrics-link:network:PinnedEgress` and the like are types of components.
      const types = [...read(page).matchAll(/metrics-link:([a-z]+):[A-Z]/g)].map(([, room]) => room);
      // The user's own names.
      const isName = (key: string) => key.startsWith("prometheus.secrets.");
      assert.deepEqual(
        named.filter((key) => !known.has(key) && !types.includes(key) && !isName(key)),
        [],
      );
    });
  }
});

/** `a.b[].c` → `a`, `a.b`, `a.b[]`, `a.b[].c`: each may be spoken of. */
function prefixes(path: string): string[] {
  const parts = path.split(".");
  return parts.flatMap((_, index) => {
    const joined = parts.slice(0, index + 1).join(".");
    return [joined, joined.replace(/\[\]$/, "")];
  });
}

/** The rows of the table under a heading: key and default. */
function rowsOf(page: string, heading: string): { readonly key: string; readonly fallback: string | undefined }[] {
  const [, section = ""] = page.split(`${heading}\n`);
  const [body = ""] = section.split(/^## /m);
  return [...body.matchAll(/^\| `([^`]+)` *\|(.*)\|$/gm)].map(([, key = "", cells = ""]) => ({
    key,
    fallback: cells.split("|")[1]?.trim(),
  }));
}

/** The names in the first column of every table. */
function listedNames(page: string): string[] {
  return [...page.matchAll(/^\| (`[^|]+`) *\|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
  );
}

function npmPackages(): string[] {
  type Manifest = Readonly<Record<"dependencies" | "devDependencies", Readonly<Record<string, string>> | undefined>>;
  return ["package.json", "stacks/package.json", ...globSync("packages/*/package.json", { cwd: repository })].flatMap(
    (file) => {
      const { dependencies = {}, devDependencies = {} } = json<Manifest>(file);
      return Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !name.startsWith("@metrics-link/"));
    },
  );
}

function tools(): string[] {
  type Names = Readonly<Record<string, unknown>>;
  const pins = json<{ tools: Names; pulumiPlugins: Names; debianPackages: Names }>("tools.json");
  const { packages } = json<{ packages: readonly string[] }>("packages/sandbox/image/recipe.json");
  const python = globSync("scripts/toolchain/*/requirements.in", { cwd: repository }).flatMap((file) =>
    [...read(file).matchAll(/^([A-Za-z0-9._-]+)/gm)].map(([name]) => name),
  );
  return [...Object.keys({ ...pins.tools, ...pins.pulumiPlugins, ...pins.debianPackages }), ...packages, ...python];
}

function targetsOf(markdown: string): string[] {
  const text = prose(markdown);
  return [
    ...[...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target),
    ...[...text.matchAll(/\b(?:src|href|srcset)="([^"]+)"/g)].map(([, target = ""]) => target),
  ].filter((target) => !/^[a-z]+:/.test(target));
}

function resolves(page: string, target: string): boolean {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? join(repository, page) : resolve(repository, dirname(page), decodeURI(path));
  if (relative(repository, file).startsWith("..") || !existsSync(file)) return false;
  if (anchor === undefined) return true;
  return statSync(file).isFile() && anchorsOf(readFileSync(file, "utf8")).includes(anchor);
}

/** As GitHub makes them: lower case, punctuation dropped, spaces to dashes. */
function anchorsOf(markdown: string): string[] {
  return [...prose(markdown).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-"),
  );
}
