import type { Finding } from "@metrics-link/report";
import type { Evidence, EvidenceOfAny } from "../evidence.ts";
import { check, fine, stops } from "../judge.ts";

/** How the role is assumed. */
const sessionText = ({ externalId, sessionName, sessionDuration }: EvidenceOfAny["configuration"]["account"]): string =>
  [
    externalId === undefined ? "no external id" : `external id ${externalId}`,
    ...(sessionName === undefined ? [] : [`session ${sessionName}`]),
    ...(sessionDuration === undefined ? [] : [`for ${sessionDuration}`]),
  ].join(", ");

/** Whether the update would run in the account of the configuration. */
export function identityFindings({ configuration, caller, role }: EvidenceOfAny): Finding[] {
  const { account } = configuration;
  return [
    check("identity", "STS", caller, (found) =>
      account.assumeRole !== undefined || found.account === account.id
        ? fine(`${found.arn}: opens the state and its secrets${role ? "" : ", and makes the resources"}`)
        : stops(
            `${found.arn} is of account ${found.account}, the configuration says ${account.id}`,
            `use credentials of ${account.id}, or set metrics-link:account.assumeRole`,
          ),
    ),
    ...(role === undefined
      ? []
      : [
          check("role", "STS", role, (found) => {
            const { assumeRole = "" } = account;
            if ("refused" in found) {
              return stops(
                `${found.refused} (${sessionText(account)})`,
                `let the identity above assume ${assumeRole}, by the role's trust policy and by its own rights; where the trust ` +
                  "policy asks for sts:ExternalId or sts:RoleSessionName, set metrics-link:account.externalId or " +
                  "account.sessionName; where it says DurationSeconds, set a shorter account.sessionDuration",
              );
            }
            return found.account === account.id
              ? fine(`${found.arn}: makes the resources (${sessionText(account)})`)
              : stops(
                  `${found.arn} is of account ${found.account}, the configuration says ${account.id}`,
                  "correct metrics-link:account.id or account.assumeRole",
                );
          }),
        ]),
  ];
}

/** Whether the zones of the configuration can be used. */
export const zonesFinding = ({ configuration: { account, network }, zones }: Evidence): Finding =>
  check("zones", "EC2", zones, (found) => {
    const known = found.filter(({ state }) => state === "available");
    const missing = network.zones.filter((zone) => !known.some(({ name }) => name === zone));
    const ids = known
      .filter(({ name }) => network.zones.includes(name))
      .map(({ name, id }) => `${name} is ${id}`)
      .join(", ");
    return missing.length === 0
      ? fine(`${account.region}: ${ids}`)
      : stops(
          `${missing.join(" and ")} is no available zone of ${account.region} in this account`,
          `set metrics-link:network.zones to one or two of ${known.map(({ name, id }) => `${name} (${id})`).join(", ")}`,
        );
  });
