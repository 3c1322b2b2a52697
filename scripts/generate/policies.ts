import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Policy } from "@metrics-link/policy";
import { between, type Generated } from "./generated.ts";

const folder = "packages/policy/policies";
/** Made from the names of the others, so it is no constant. */
const aboutDeviations = "deviations-are-written";

/** The index of the policies, from the files of their folder: `no-login.ts` exports `noLogin`. */
export const policyIndex: Generated = {
  file: `${folder}/index.ts`,
  async render(_text, repository) {
    const files = readdirSync(join(repository, folder)).filter((file) => file !== "index.ts" && file.endsWith(".ts"));
    return indexOf(files.map((file) => file.slice(0, -3)).toSorted());
  },
};

function indexOf(names: readonly string[]): string {
  const variable = (name: string) => name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const others = names.filter((name) => name !== aboutDeviations);
  return `// Written by \`npm run -s generate\` from the files of this folder.
import type { Policy } from "../model/policy.ts";
${names.map((name) => `import { ${variable(name)} } from "./${name}.ts";\n`).join("")}
/** What may be deviated from: everything but the rule about deviations. */
const rules: readonly Policy[] = [
${others.map((name) => `  ${variable(name)},\n`).join("")}];

/** Every policy of the pack. */
export const policies: readonly Policy[] = [...rules, ${variable(aboutDeviations)}(rules.map(({ name }) => name))];
`;
}

/** The list of policies, by fence. */
export const policyPage: Generated = {
  file: "docs/policies.md",
  async render(text) {
    const { fences, policies } = await import("@metrics-link/policy");
    const list = fences
      .map((fence) => {
        const ours = policies.filter((policy) => policy.fence === fence);
        return `### ${fence.charAt(0).toUpperCase()}${fence.slice(1)} (${ours.length})\n\n${ours.map(entry).join("")}`;
      })
      .join("\n");
    return between(text, "policies", list);
  },
};

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
