import { matching } from "@metrics-link/contract";
import { ports } from "@metrics-link/release";
import { z } from "zod";

/**
 * Names of endpoint services, as their owners tell them
 * (https://docs.aws.amazon.com/vpc/latest/privatelink/create-endpoint-service.html).
 */
export const endpointServices = z.array(
  matching(
    /^com\.amazonaws\.vpce\.[a-z0-9-]+\.vpce-svc-[0-9a-f]{17}$/,
    "the name of an endpoint service, such as com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0",
  ),
  { error: "a list of endpoint services" },
);

interface Sections {
  readonly account: { readonly region: string };
  readonly network: { readonly endpointServices: readonly string[] };
  readonly prometheus: { readonly alertmanagers: readonly { readonly url: string }[] };
}

/** What an endpoint service demands of other sections of the configuration. */
export function checkEndpointServices(
  { account, network, prometheus }: Sections,
  context: z.core.$RefinementCtx<unknown>,
): void {
  const complain = (path: PropertyKey[], message: string) => context.addIssue({ code: "custom", path, message });
  for (const [index, service] of network.endpointServices.entries()) {
    const path = ["network", "endpointServices", index];
    const [, region] = /^com\.amazonaws\.vpce\.([a-z0-9-]+)\./.exec(service) ?? [];
    if (region !== undefined && region !== account.region) {
      complain(path, `an endpoint service of this stack's own region, ${account.region}`);
    }
    if (network.endpointServices.indexOf(service) < index) complain(path, "each endpoint service once");
  }
  // Which name leads to which service its owner alone knows. The port is the same for all.
  if (network.endpointServices.length === 0) return;
  for (const [index, { url }] of prometheus.alertmanagers.entries()) {
    const [, port = `${ports.https}`] = /^https:\/\/[^/]*:(\d+)/.exec(url) ?? [];
    if (Number(port) === ports.https) continue;
    complain(
      ["prometheus", "alertmanagers", index, "url"],
      `a URL with port ${ports.https} or none: endpoints let through ${ports.https} and nothing else`,
    );
  }
}
