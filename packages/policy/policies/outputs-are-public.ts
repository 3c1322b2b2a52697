import { asked, type StackRule } from "../model/policy.ts";
import { ofType } from "../model/stack.ts";
import { keysIn } from "./no-key-material.ts";

export const outputsArePublic: StackRule = {
  kind: "stack",
  name: "outputs-are-public",
  fence: "pki",
  rule: "No output of the stack holds a private key, a secret one neither.",
  reason: "Outputs are what other stacks and people read.",
  remedy: "Leave it out of what the program returns.",
  source: "docs/decisions/0001; Pulumi's documentation, Stack outputs and secrets",
  *check(resources) {
    for (const stack of ofType(resources, "stack")) {
      yield* asked(stack, function* () {
        for (const [key, place] of Object.entries(keysIn(stack))) yield `the output ${place} holds ${key}`;
      });
    }
  },
};
