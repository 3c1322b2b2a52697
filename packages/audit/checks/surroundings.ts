import type { Finding } from "@metrics-link/report";
import type { StackEvidence, Surrounding } from "../evidence.ts";
import { both, from, judge, unlike } from "../judge.ts";

/** What AWS is asked for around a host. Subjects are labels of metrics, the same in every audit. */
const about: Readonly<Record<Surrounding, { readonly subject: string; readonly source: string }>> = {
  role: { subject: "policies of the host's role", source: "IAM API, compared with the state" },
  key: { subject: "policy and grants of the secret's key", source: "KMS API, compared with the state" },
  bucket: { subject: "settings of the bucket of releases", source: "S3 API, compared with the state" },
  routes: { subject: "route tables", source: "EC2 API, compared with the state" },
  dns: { subject: "DNS firewall of the network", source: "Route 53 Resolver API, compared with the state" },
  balancer: { subject: "load balancers, listeners and targets", source: "ELB and EC2 APIs, compared with the state" },
};

/**
 * Whether AWS has around a host just what the program made. A refresh asks only for resources of the stack, so a further
 * policy, grant, route or listener shows nowhere else.
 */
export function surroundingFinding({ declared, surroundings }: StackEvidence, which: Surrounding): Finding {
  const { subject, source } = about[which];
  const seen = both(
    from(declared, ({ facts }) => facts[which]),
    surroundings[which],
  );
  return judge(subject, source, seen, ([wanted, found]) => ({
    wrong: unlike("AWS", wanted, found),
    fine: found.join("; ") || "none, as in the state",
  }));
}

/** Who may do what with a host's releases, secret and key. */
export const rightsFindings = (stack: StackEvidence): Finding[] => [
  surroundingFinding(stack, "role"),
  surroundingFinding(stack, "key"),
  surroundingFinding(stack, "bucket"),
];
