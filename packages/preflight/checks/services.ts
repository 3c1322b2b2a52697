import { snapshotRoleOf } from "@metrics-link/config";
import type { Finding } from "@metrics-link/report";
import {
  type Answer,
  type EndpointService,
  type Evidence,
  type EvidenceOfAny,
  type ExchangeEvidence,
  passphrase,
} from "../evidence.ts";
import { both, type Conclusion, check, fine, stops, warns } from "../judge.ts";

/** Where the state is. */
const stateFinding = ({ backend }: EvidenceOfAny): Finding =>
  check("state", "Pulumi", backend, ({ url, versioned }) => {
    if (versioned === undefined) {
      return url.startsWith("file:")
        ? warns(
            `${url}: on this machine alone`,
            "put the state where the peer and your team can read it, such as an S3 bucket",
          )
        : fine(url);
    }
    if ("error" in versioned)
      return { severity: "not known", what: `${url}: ${versioned.error}`, remedy: "look at the bucket by hand" };
    return versioned.value
      ? fine(`${url}, with versioning`)
      : warns(`${url} keeps no older versions`, "switch versioning on: a broken state can then be taken back");
  });

/** What the update of an exchange stack needs: a state that peers can read without a key (docs/decisions/0720). */
export const exchangeServiceFindings = (evidence: ExchangeEvidence): Finding[] => [
  stateFinding(evidence),
  check("passphrase of the state", "Pulumi", evidence.secrets, (found) => {
    if (found === undefined) {
      return stops(
        "the stack's file names none",
        "run `pulumi stack init` with --secrets-provider passphrase (docs/deploy.md)",
      );
    }
    if (found.isEmpty) return fine("empty, so that peers read the stack, which holds no secret");
    const change =
      "run `pulumi stack change-secrets-provider passphrase` with PULUMI_CONFIG_PASSPHRASE set and empty (docs/deploy.md)";
    return found.address === passphrase
      ? stops(
          "PULUMI_CONFIG_PASSPHRASE is not set and empty, as peers have it",
          `set it so; for a stack that was made with another passphrase ${change}`,
        )
      : stops(`${found.address}: no peer can read this stack, which holds no secret`, change);
  }),
];

/** What the update needs of other services: state, keys, names, endpoints. */
export function serviceFindings(evidence: Evidence): Finding[] {
  const { configuration, deployed, names, secrets, endpointServices, guardDutyEndpoints } = evidence;
  const [hostZone = ""] = configuration.network.zones;
  const name = (subject: string, source: string, found: Answer<{ name: string; taken: boolean }>) =>
    check(subject, source, both(found, deployed), ([{ name: text, taken }, has]) => {
      if (has || !taken) return fine(has ? `${text} is this stack's` : `${text} is free`);
      return stops(
        `${text} exists, and this stack has not made it`,
        "one account and region carries one stack of a role: remove what another one left, or set another account or region",
      );
    });
  return [
    stateFinding(evidence),
    check("key of the state's secrets", "KMS", secrets, (found) => {
      if (found === undefined) {
        return stops("the stack's file names none", "run `pulumi stack init` with --secrets-provider (docs/deploy.md)");
      }
      const { address, isEmpty, key } = found;
      if (isEmpty) {
        return stops(
          "an empty passphrase: whoever reads the stack's file or its state reads its private keys and passwords",
          "run `pulumi stack change-secrets-provider` with a KMS key of this account, by its ARN (docs/deploy.md)",
        );
      }
      if (key === undefined) return fine(address);
      if ("error" in key) {
        return stops(
          `${address}: ${key.error}`,
          "let the identity above use the key (kms:Decrypt, kms:Encrypt, kms:DescribeKey), and name it by its ARN",
        );
      }
      if (!key.value.enabled) return stops(`${key.value.arn} cannot be used`, "enable the key");
      return address.startsWith("awskms://alias/")
        ? warns(
            `${address}: an alias is looked up in the account and region of who calls, and that is not always this stack's`,
            `name the key by its ARN: awskms:///${key.value.arn}`,
          )
        : fine(key.value.arn);
    }),
    name("name of the host's key", "KMS", names.alias),
    name("name of the bucket of releases", "S3", names.bucket),
    ...snapshotRoleFindings(evidence),
    ...configuration.network.endpointServices.map((service) =>
      check(`endpoint service ${service.split(".").at(-1)}`, "EC2", endpointServices, (all) =>
        endpointConclusion(service, all.get(service), hostZone),
      ),
    ),
    check("GuardDuty", "EC2", guardDutyEndpoints, (found) =>
      found.length === 0
        ? fine("has made no endpoint in a network of this region")
        : warns(
            `makes endpoints in networks of this region by itself: ${found.join(", ")}`,
            "expect one in this network too, with a security group; an audit names both, and they have to go before `pulumi destroy`",
          ),
    ),
  ];
}

/** AWS refuses a policy of Data Lifecycle Manager whose role is not there, or may not be assumed by it. */
function snapshotRoleFindings({ configuration, snapshotRole }: Evidence): Finding[] {
  if (snapshotRole === undefined) return [];
  const arn = snapshotRoleOf(configuration.account);
  const otherwise =
    "name another in metrics-link:account.snapshotRole, or do without snapshots: metrics-link:host.snapshots.keep: 0";
  return [
    check("role of snapshots", "IAM", snapshotRole, (found) => {
      if (found?.arn !== arn) {
        return stops(
          `AWS takes snapshots of the data volume by ${arn}, which is not there${found ? `; there is ${found.arn}` : ""}`,
          `let an administrator make it: docs/deploy.md, "Once in each account"; ${otherwise}`,
        );
      }
      if (!/"dlm\.amazonaws\.com"/.test(found.trust)) {
        return stops(`${arn} does not let dlm.amazonaws.com assume it`, `correct its trust policy; ${otherwise}`);
      }
      return arn.endsWith("/AWSDataLifecycleManagerDefaultRole")
        ? warns(
            `${arn} is AWS' own: whoever deploys could have it share snapshots of any volume with another account`,
            'let an administrator make a narrower one: docs/deploy.md, "Once in each account"; and name it in metrics-link:account.snapshotRole',
          )
        : fine(arn);
    }),
  ];
}

function endpointConclusion(name: string, found: EndpointService | undefined, hostZone: string): Conclusion {
  if (found === undefined) {
    return stops(
      `${name} is not shown to this account`,
      "ask its owner to let this account in, and for its name in this region",
    );
  }
  if (found.privateDnsName === undefined) {
    return stops(`${name} has no verified private DNS name`, "ask its owner for one: the host calls it by that name");
  }
  if (!found.zones.includes(hostZone)) {
    return stops(
      `${name} is in ${found.zones.join(", ")}, not in ${hostZone}, where the host stands`,
      "ask its owner to offer it there too, or put one of its zones first in metrics-link:network.zones",
    );
  }
  if (found.acceptanceRequired) {
    return stops(
      `${name} waits for its owner to accept each endpoint; its private DNS name cannot be switched on before that`,
      "ask its owner to accept endpoints of this account without being asked",
    );
  }
  return fine(`${found.privateDnsName} in ${found.zones.join(", ")}`);
}
