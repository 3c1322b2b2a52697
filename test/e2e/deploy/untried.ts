/** The commands of the table "What is untried on AWS" in docs/deploy.md: which of them the sandbox runs, after the link is up. */
import type { Run } from "./treatment.ts";

type Tried =
  /** What a person types for the command, which is shorter on the page. */
  | { readonly types: string; readonly runs: readonly Omit<Run, "for">[] }
  /** A command of a host, which goes there by Run Command. */
  | { readonly onHost: string; readonly prints: RegExp }
  /** A block of the page has it, or why nothing here can try it. */
  | string;

const inABlock = "a block of the page";

/** By the text in the table's second column. */
export const untried: Readonly<Record<string, Tried>> = {
  "npm run pin": inABlock,
  "npm run setup -- --deploy": inABlock,
  "pulumi stack init": inABlock,
  "pulumi stack output contract": {
    types: "pulumi stack output contract -s account-b",
    runs: [{ by: "a", prints: /rootBundle/ }],
  },
  "pulumi up": inABlock,
  "pulumi refresh": {
    types: "pulumi refresh --yes -s production-sender",
    runs: [{ by: "a", prints: /Resources:\n +\d+ unchanged/ }],
  },
  "npm run -s preflight -- --stack STACK": inABlock,
  "journalctl -u metrics-link-data -b": {
    onHost: "journalctl -u metrics-link-data -b --no-pager",
    prints: /metrics-link-data/,
  },
  "aws ssm describe-instance-information": {
    types: "aws ssm describe-instance-information --profile link-b-deploy",
    runs: [{ by: "b", prints: /"PingStatus": "Online"/ }],
  },
  "journalctl -u amazon-ssm-agent": "hosts of the sandbox have no agent: it answers Systems Manager for them",
  "getent hosts deb.debian.org": {
    onHost: "getent hosts deb.debian.org || echo it finds nothing",
    prints: /it finds nothing/,
  },
  "host.architecture: arm64": "the sandbox runs x86-64 only",
  "aws elbv2 describe-target-health --target-group-arn ARN": {
    types: [
      "group=$(aws elbv2 describe-target-groups --profile link-b-deploy --query 'TargetGroups[0].TargetGroupArn' --output text)",
      'aws elbv2 describe-target-health --profile link-b-deploy --target-group-arn "$group"',
    ].join("\n"),
    // Whether targets are healthy, the API of the sandbox does not tell (cloud/described.ts).
    runs: [{ by: "b", prints: /TargetHealthDescriptions/ }],
  },
  "pulumi preview --refresh --expect-no-changes -s STACK": {
    types: ["account-b", "production-receiver"]
      .map((stack) => `pulumi preview --refresh --expect-no-changes -s ${stack}`)
      .join("\n"),
    runs: [{ by: "b" }],
  },
  metrics_link_image_timestamp_seconds: "test/e2e/hosts/29-patching.test.ts reads it",
  "aws ec2 describe-snapshots --owner-ids self --filters Name=tag:Name,Values=sender-data": {
    types:
      "aws ec2 describe-snapshots --profile link-a-deploy --owner-ids self --filters Name=tag:Name,Values=sender-data",
    // A day later: the link is minutes old.
    runs: [{ by: "a", prints: /"Snapshots": \[\]/ }],
  },
  "host.imageId": "test/e2e/hosts/29-patching.test.ts replaces a host for another image",
};

/** The commands in the second column of the page's table. */
export function untriedOf(page: string): string[] {
  const [, section = ""] = /^## What is untried on AWS\n([\s\S]*?)^\*\*/m.exec(page) ?? [];
  const cells = section.split("\n").map((row) => row.split("|")[2] ?? "");
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code));
}
