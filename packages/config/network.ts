import { matching } from "@metrics-link/contract";
import { ports } from "@metrics-link/release";
import { z } from "zod";
import { flag, key } from "./values.ts";

/**
 * Names of endpoint services, as their owners tell them
 * (https://docs.aws.amazon.com/vpc/latest/privatelink/create-endpoint-service.html).
 */
const endpointServices = z.array(
  matching(
    /^com\.amazonaws\.vpce\.[a-z0-9-]+\.vpce-svc-[0-9a-f]{17}$/,
    "the name of an endpoint service, such as com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0",
  ),
  { error: "a list of endpoint services" },
);

export const network = z.strictObject({
  // AWS allows /16 to /28; below /24 there is no room for four subnets with endpoints.
  cidr: key(
    matching(
      /^(10|172|192)(\.\d{1,3}){3}\/(1[6-9]|2[0-4])$/,
      "a private IPv4 range between /16 and /24, such as 10.10.0.0/16",
    ),
    {
      description:
        "The VPC's private IPv4 range. It is cut into two public and two private subnets. The two accounts may use the same range.",
      range: "`/16` to `/24`",
      example: "10.10.0.0/16",
    },
  ),
  zones: key(
    z
      .array(matching(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, "an availability zone, such as eu-west-1a"))
      .length(2, { error: "exactly two availability zones" })
      .refine((zones) => new Set(zones).size === zones.length, { error: "two different availability zones" }),
    {
      description: "The availability zones. The host and its data volume are in the first.",
      range: "two different zones",
      example: "[eu-west-1a, eu-west-1b]",
    },
  ),
  endpointServices: key(endpointServices.default([]), {
    description:
      "Services of others that the host reaches by AWS PrivateLink under the private DNS name that their owner gave them, for example an Alertmanager; see [below](#alertmanagers).",
    range: "names of endpoint services of the stack's region, each once",
    example: "[com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0]",
  }),
  documentationAddresses: key(flag("for a trial network").default(false), {
    description:
      "`true` accepts the addresses of RFC 5737 as public ones: for a trial network that is not on the internet. A review always shows it.",
    example: "true",
  }),
});

interface Sections {
  readonly account: { readonly region: string };
  readonly network: { readonly endpointServices: readonly string[] };
  readonly prometheus: { readonly alertmanagers: readonly { readonly url: string }[] };
}

/** What an endpoint service demands of other sections of the configuration. */
export function checkEndpointServices(
  { account, network: { endpointServices: services }, prometheus }: Sections,
  context: z.core.$RefinementCtx<unknown>,
): void {
  const complain = (path: PropertyKey[], message: string) => context.addIssue({ code: "custom", path, message });
  for (const [index, service] of services.entries()) {
    const path = ["network", "endpointServices", index];
    const [, region] = /^com\.amazonaws\.vpce\.([a-z0-9-]+)\./.exec(service) ?? [];
    if (region !== undefined && region !== account.region) {
      complain(path, `an endpoint service of this stack's own region, ${account.region}`);
    }
    if (services.indexOf(service) < index) complain(path, "each endpoint service once");
  }
  // Which name leads to which service its owner alone knows. The port is the same for all.
  if (services.length === 0) return;
  for (const [index, { url }] of prometheus.alertmanagers.entries()) {
    const [, port = `${ports.https}`] = /^https:\/\/[^/]*:(\d+)/.exec(url) ?? [];
    if (Number(port) === ports.https) continue;
    complain(
      ["prometheus", "alertmanagers", index, "url"],
      `a URL with port ${ports.https} or none: endpoints let through ${ports.https} and nothing else`,
    );
  }
}
