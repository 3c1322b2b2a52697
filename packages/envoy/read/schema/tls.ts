import { hostPaths } from "@metrics-link/release";
import { z } from "zod";
import { any, dnsName, extension } from "./messages.ts";

const below = (pattern: string) => z.string().regex(new RegExp(`^${hostPaths.current}/${pattern}$`));
const filename = (path: z.ZodType<string>) => z.strictObject({ filename: path });

/** Each secret has its own file, with the secret's name. One schema for all: one for each of 1,000 senders took longer than the reading. */
const secretReference = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^(leaf(-(service|queries)-[a-z][a-z0-9-]*)?|trusted-ca-[a-z][a-z0-9-]*|clients-(service|queries)-[a-z][a-z0-9-]*)$/,
      ),
    sds_config: z.strictObject({
      resource_api_version: z.literal("V3"),
      path_config_source: z.strictObject({ path: z.string() }),
    }),
  })
  .superRefine(({ name, sds_config: { path_config_source: source } }, context) => {
    const expected = `${hostPaths.current}/envoy/sds/${name}.json`;
    if (source.path === expected) return;
    context.addIssue({
      code: "custom",
      path: ["sds_config", "path_config_source", "path"],
      message: `expected "${expected}"`,
    });
  });

/** The rules check these values, so any name is allowed here. */
const checks = {
  match_typed_subject_alt_names: z
    .array(
      z.strictObject({
        san_type: z.string(),
        matcher: z.strictObject({ safe_regex: z.strictObject({ regex: z.string() }) }),
      }),
    )
    .optional(),
  // Root, intermediate, leaf, and one more certificate for a peer with a deeper hierarchy.
  max_verify_depth: z.literal(2),
};

const common = (protocols: z.ZodType) =>
  z.strictObject({
    tls_params: z
      .strictObject({
        tls_minimum_protocol_version: z.string().optional(),
        tls_maximum_protocol_version: z.string().optional(),
      })
      .optional(),
    alpn_protocols: protocols,
    tls_certificate_sds_secret_configs: z.array(secretReference).optional(),
    combined_validation_context: z
      .strictObject({
        default_validation_context: z.strictObject(checks).optional(),
        validation_context_sds_secret_config: secretReference.optional(),
      })
      .optional(),
  });

const ofLink = common(z.tuple([z.literal("h2")]));
/** Other programs than Envoy connect to a metrics service. */
const ofService = common(z.tuple([z.literal("h2"), z.literal("http/1.1")]));

const socketName = "envoy.transport_sockets.tls";

const downstream = (context: z.ZodType) =>
  extension(socketName, "transport_sockets.tls.v3.DownstreamTlsContext", {
    require_client_certificate: z.boolean().optional(),
    disable_stateless_session_resumption: z.boolean().optional(),
    disable_stateful_session_resumption: z.boolean().optional(),
    common_tls_context: context,
  });
export const downstreamTls = downstream(ofLink);
export const serviceTls = downstream(ofService);

export const upstreamTls = extension(socketName, "transport_sockets.tls.v3.UpstreamTlsContext", {
  sni: dnsName.optional(),
  max_session_keys: z.literal(0),
  common_tls_context: ofLink,
});

const underCurrent = filename(
  below("tls/([a-z-]+|web/[a-z-]+|roots/[a-z][a-z0-9-]*|services/[a-z][a-z0-9-]*/[a-z-]+)\\.pem"),
);
// Envoy notices only moves, and a release moves the symlink `current`.
const watched_directory = z.strictObject({ path: z.literal(hostPaths.base) });

/** An SDS file: envoy.service.discovery.v3.DiscoveryResponse with one secret of one of two types. */
export const secretFile = z.strictObject({
  resources: z.tuple([
    any("envoy.extensions.transport_sockets.tls.v3.Secret", {
      name: z.string(),
      tls_certificate: z
        .strictObject({ certificate_chain: underCurrent, private_key: underCurrent, watched_directory })
        .optional(),
      validation_context: z.strictObject({ trusted_ca: underCurrent, watched_directory }).optional(),
    }).refine((secret) => (secret.tls_certificate === undefined) !== (secret.validation_context === undefined), {
      error: "one of tls_certificate and validation_context",
    }),
  ]),
});
