/** What the page tells a person to do in words, between its blocks. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import type { Desk } from "./desk.ts";

export interface Prose {
  /** The page's words, on one line. */
  readonly says: string;
  /** The block before which it is done: its heading and beginning. */
  readonly before: readonly [heading: string, begins: string];
  readonly does: (desk: Desk) => void;
}

type Path = readonly (string | number)[];

/** Changes keys of a stack's file, as in an editor; undefined removes one. */
export function edit(
  { checkout }: Desk,
  stack: string,
  changes: readonly (readonly [path: Path, value: unknown])[],
): void {
  const file = join(checkout, "stacks", `Pulumi.${stack}.yaml`);
  const document = parseDocument(readFileSync(file, "utf8"));
  for (const [[key, ...path], value] of changes) {
    const at = ["config", `metrics-link:${key}`, ...path];
    if (value === undefined) document.deleteIn(at);
    else document.setIn(at, document.createNode(value));
  }
  writeFileSync(file, document.toString({ lineWidth: 0, flowCollectionPadding: false }));
}

const whole = (stack: string) => `organization/metrics-link/${stack}`;

/** What a person sets for hosts of the sandbox that the examples do not have. Nothing else in these files differs from AWS. */
const inTheSandbox = [
  // Its internet has the documentation addresses of RFC 5737.
  [["network", "documentationAddresses"], true],
  // It answers Systems Manager itself for its hosts.
  [["host", "imageBringsManagementAgent"], true],
  // A test does not wait for fifteen seconds.
  [["prometheus", "scrapeInterval"], "2s"],
] as const;

const person = (account: string) => `arn:aws:iam::${account}:user/person`;
const trust = (account: string) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: person(account) } }],
});

export const prose: readonly Prose[] = [
  {
    says: "`YOUR-PEOPLE.json` is its trust policy: it names who may be it.",
    before: ["Once in each account", "sed 's/111111111111/YOUR-ACCOUNT/g; s/eu-west-1/YOUR-REGION/g; s/YOUR-STATE"],
    does: (desk) => {
      desk.write("administrator-of-a/YOUR-PEOPLE.json", JSON.stringify(trust("111111111111")));
      desk.write("administrator-of-b/YOUR-PEOPLE.json", JSON.stringify(trust("222222222222")));
    },
  },
  {
    says: "Edit all: account, region, role, network, image, names, labels.",
    before: ["2. Configure four stacks", "pulumi login"],
    does: (desk) => {
      edit(desk, "production-sender", [
        ...inTheSandbox,
        [["exchange"], whole("account-a")],
        [["peer", "stack"], whole("account-b")],
        [["peer", "rootFingerprints"], undefined],
        [["peer", "addresses"], undefined],
      ]);
      edit(desk, "production-receiver", [
        ...inTheSandbox,
        [["exchange"], whole("account-b")],
        [["senders", 0, "stack"], whole("account-a")],
        [["senders", 0, "rootFingerprints"], undefined],
        [["senders", 0, "addresses"], undefined],
      ]);
      edit(desk, "account-a", [[["shows", "stack"], whole("production-sender")]]);
      edit(desk, "account-b", [[["shows", "stack"], whole("production-receiver")]]);
    },
  },
  {
    says: "Raise `pki.generations.intermediate` by one",
    before: ["Coming back", "pulumi up -s account-a"],
    does: (desk) => edit(desk, "production-sender", [[["pki", "generations"], { intermediate: 2 }]]),
  },
];
