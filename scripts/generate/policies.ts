import type { Policy } from "@metrics-link/policy";
import { between, type Generated } from "./generated.ts";

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
