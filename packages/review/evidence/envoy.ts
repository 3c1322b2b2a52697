import { z } from "zod";

const named = z.object({ name: z.string().default("") });
const reference = named.extend({
  sds_config: z.object({ path_config_source: z.object({ path: z.string() }).optional() }).optional(),
});
const validation = z.object({
  match_typed_subject_alt_names: z
    .array(z.object({ san_type: z.string().default(""), matcher: z.record(z.string(), z.unknown()).default({}) }))
    .default([]),
  trusted_ca: z.object({ filename: z.string().optional() }).optional(),
});

/** `CommonTlsContext` of envoy.extensions.transport_sockets.tls.v3, the part that says who is believed. */
const tls = z.object({
  sni: z.string().optional(),
  require_client_certificate: z.boolean().optional(),
  common_tls_context: z
    .object({
      tls_params: z
        .object({
          tls_minimum_protocol_version: z.string().optional(),
          tls_maximum_protocol_version: z.string().optional(),
        })
        .optional(),
      validation_context: validation.optional(),
      combined_validation_context: z
        .object({
          default_validation_context: validation.optional(),
          validation_context_sds_secret_config: reference.optional(),
        })
        .optional(),
    })
    .optional(),
});
const socket = z.object({ typed_config: tls }).optional();

const address = z.object({
  pipe: z.unknown().optional(),
  socket_address: z.object({ address: z.string(), port_value: z.number() }).optional(),
});

const route = named.extend({
  match: z
    .object({
      path: z.string().optional(),
      prefix: z.string().optional(),
      headers: z
        .array(named.extend({ string_match: z.object({ exact: z.string().optional() }).optional() }))
        .default([]),
    })
    .default({ headers: [] }),
  /** With `cluster`, or with any other way to name where a request goes. */
  route: z.looseObject({ cluster: z.string().optional() }).optional(),
});
const filter = named.extend({
  typed_config: z
    .object({
      route_config: z
        .object({ virtual_hosts: z.array(z.object({ routes: z.array(route).default([]) })).default([]) })
        .optional(),
    })
    .optional(),
});

const chain = named.extend({
  filter_chain_match: z
    .object({
      source_prefix_ranges: z
        .array(z.object({ address_prefix: z.string(), prefix_len: z.number().default(0) }))
        .default([]),
    })
    .optional(),
  filters: z.array(filter).default([]),
  transport_socket: socket,
});

const endpoints = z.array(
  z.object({ lb_endpoints: z.array(z.object({ endpoint: z.object({ address }) })).default([]) }),
);

/** What is read of an Envoy's bootstrap, by the names of its fields; nothing is taken for granted. */
export const bootstrap = z.object({
  admin: z.object({ address: address.optional() }).optional(),
  /** Listeners and clusters that somebody else would tell this Envoy. */
  dynamic_resources: z.unknown().optional(),
  static_resources: z.object({
    listeners: z
      .array(
        named.extend({ address, filter_chains: z.array(chain).default([]), default_filter_chain: chain.optional() }),
      )
      .default([]),
    clusters: z
      .array(named.extend({ load_assignment: z.object({ endpoints }).optional(), transport_socket: socket }))
      .default([]),
  }),
});

/** A file with one SDS secret. */
export const secretFile = z.object({ resources: z.array(z.object({ validation_context: validation.optional() })) });

export type Tls = z.output<typeof tls>;
export type Address = z.output<typeof address>;
export type Chain = z.output<typeof chain>;

export function isLocal({ pipe, socket_address }: Address): boolean {
  return pipe !== undefined || /^127\./.test(socket_address?.address ?? "");
}
