import { z } from "zod";
import { addressOf, isHost } from "./addresses.ts";
import { contradictions, credentialFields, remedyForSecret, tlsConfig } from "./secrets.ts";

const anyText = z.string({ error: "a text" });
const form = (pattern: RegExp, error: string) => z.string({ error }).regex(pattern, { error });
/** Prometheus' own form (model.ParseDuration): each unit once, the longest first, up to 292 years. */
const duration = form(
  /^(?=.)(\d{1,3}y)?(\d{1,4}w)?(\d{1,5}d)?(\d{1,6}h)?(\d{1,8}m)?(\d{1,9}s)?(\d{1,12}ms)?$|^0$/,
  "a Prometheus duration, such as 15s or 1m30s",
);
const size = form(
  /^(?=.*[1-9])(\d+(\.\d+)?([KMGTPE]i?)?B)+$/,
  "a size from 1B, such as 20MB; Prometheus has none for 0",
);
const protocolNames = ["PrometheusProto", "OpenMetricsText0.0.1", "OpenMetricsText1.0.0"];
const protocol = z.enum([...protocolNames, "PrometheusText0.0.4", "PrometheusText1.0.0"], {
  error: `one of ${protocolNames.join(", ")}, PrometheusText0.0.4, PrometheusText1.0.0`,
});
const protocols = z
  .array(protocol, { error: "a list" })
  .min(1, { error: "a list with at least one protocol" })
  .refine((list) => new Set(list).size === list.length, { error: "each protocol once" });

/** The words that go-yaml takes for a truth; they decide nothing that is judged here. */
const truth = form(/^(y|yes|true|on|n|no|false|off)$/i, "true or false");

/** A limit; the number zero, however written, would mean that there is none. */
const limit = z
  .string({ error: "a whole number from 1" })
  .transform(integerOf)
  .pipe(z.int({ error: "a whole number from 1" }).min(1, { error: "a whole number from 1; 0 would be no limit" }));

/** A plain scalar as go-yaml v2 decodes it into an integer (resolve.go): with bases, `_`, and floats cut off. */
function integerOf(text: string): number {
  const plain = text.replaceAll("_", "");
  if (/^[+-]?0[0-7]+$/.test(plain)) return Number.parseInt(plain, 8);
  if (/^0(x[\da-f]+|o[0-7]+|b[01]+)$/i.test(plain)) return Number(plain);
  return /^[-+]?(\.\d+|\d+(\.\d*)?)(e[-+]?\d+)?$/i.test(plain) ? Math.trunc(Number(plain)) : Number.NaN;
}

/** Labels with two leading underscores are special in Prometheus: `__address__` would change the target. */
const label = form(
  /^(?!__)[A-Za-z_]\w*$|^__(param|tmp)_\w+$/,
  "a label name; with two leading underscores only __param_… and __tmp_…",
);

const relabelling = (actions: readonly [string, ...string[]]) =>
  z.array(
    relabelStep(actions).superRefine((step, context) => {
      for (const [field, message] of relabelFaults(step)) context.addIssue({ code: "custom", path: [field], message });
    }),
    { error: "a list" },
  );

const relabelStep = (actions: readonly [string, ...string[]]) =>
  z.strictObject(
    {
      source_labels: z.array(anyText, { error: "a list of label names" }).optional(),
      separator: anyText.optional(),
      target_label: label.optional(),
      regex: anyText.optional(),
      modulus: limit.optional(),
      replacement: anyText.optional(),
      action: z
        .string({ error: `one of ${actions.join(", ")}` })
        .toLowerCase()
        .pipe(z.enum(actions, { error: `one of ${actions.join(", ")}` }))
        .optional(),
    },
    { error: "a mapping: a step of a relabelling" },
  );

/** What an action needs and what it takes nothing of (Prometheus, relabel.go, `Validate`). */
function* relabelFaults({ action = "replace", ...fields }: z.output<ReturnType<typeof relabelStep>>) {
  // A printed configuration has every default.
  const defaults: Readonly<Record<string, unknown>> = {
    separator: ";",
    regex: "(.*)",
    replacement: "$1",
    target_label: "",
  };
  const given = Object.entries(fields).flatMap(([field, value]) => (value === defaults[field] ? [] : [field]));
  const needsTarget = /^(replace|hashmod|lowercase|uppercase|keepequal|dropequal)$/.test(action);
  if (needsTarget && !fields.target_label) yield ["target_label", `a label name, which ${action} needs`] as const;
  if (action === "hashmod" && fields.modulus === undefined) yield ["modulus", "a number, which hashmod needs"] as const;
  const only = /^label(drop|keep)$/.test(action)
    ? ["regex"]
    : /^(keep|drop)equal$/.test(action)
      ? ["source_labels", "target_label"]
      : given;
  for (const field of given.filter((one) => !only.includes(one)))
    yield [field, `nothing; ${action} takes only ${only.join(" and ")}`] as const;
}
const actions = ["replace", "lowercase", "uppercase", "keep", "drop", "keepequal", "dropequal", "hashmod"] as const;

const targetForm = "an IPv4 address and a port, such as 127.0.0.1:9400; not a name, and not a link-local address";
const target = z.string({ error: targetForm }).refine(
  (text) => {
    const [, port = "1"] = /:(\d+)$/.exec(text) ?? [];
    const address = addressOf(text);
    return Number(port) >= 1 && Number(port) <= 65_535 && (address === undefined || isHost(address));
  },
  { error: targetForm },
);

/**
 * The fields of a user's job (Prometheus' documentation, `scrape_config`), each as the text that `readYaml` reads. None
 * holds a credential in clear, or names another file of the host than a secret of scrape jobs: what an Alertmanager is
 * shown lies elsewhere.
 */
const jobFields = z.strictObject(
  {
    job_name: form(/^(?!\s)[^\p{C}]{1,256}$/u, "a name of 1 to 256 characters that can be seen"),
    static_configs: z
      .array(
        z.strictObject(
          {
            targets: z.array(target, { error: "a list of targets" }).default([]),
            labels: z.record(label, z.string({ error: "a text; without one there is no label" })).optional(),
          },
          { error: "a mapping with targets and labels" },
        ),
        { error: "a list" },
      )
      .optional(),
    scrape_interval: duration.optional(),
    scrape_timeout: duration.optional(),
    scrape_protocols: protocols.optional(),
    fallback_scrape_protocol: protocol.optional(),
    metrics_path: form(/^\//, "a path that begins with /").optional(),
    params: z.record(anyText, z.array(anyText, { error: "a list of texts" }), { error: "a mapping" }).optional(),
    scheme: z.enum(["http", "https"], { error: "http or https" }).optional(),
    tls_config: tlsConfig.optional(),
    ...credentialFields,
    follow_redirects: truth.optional(),
    enable_http2: truth.optional(),
    enable_compression: truth.optional(),
    honor_labels: truth.optional(),
    honor_timestamps: truth.optional(),
    track_timestamps_staleness: truth.optional(),
    // Label names must be known before Prometheus runs, so no relabel action may create one.
    relabel_configs: relabelling(actions).optional(),
    metric_relabel_configs: relabelling([...actions, "labelmap", "labeldrop", "labelkeep"]).optional(),
    body_size_limit: size.optional(),
    sample_limit: limit.optional(),
    label_limit: limit.optional(),
    label_name_length_limit: limit.optional(),
    label_value_length_limit: limit.optional(),
    target_limit: limit.optional(),
  },
  { error: "a scrape job: a mapping that begins with job_name" },
);

/** A user's job: its fields, and what must hold between them. */
export const scrapeJob = jobFields.superRefine((job, context) => {
  for (const { path, message } of contradictions(job)) context.addIssue({ code: "custom", path, message });
});

/** Why a Prometheus field is refused. The schema alone decides which fields are allowed. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/^(http|dns|consul|kubernetes|docker\w*|nomad|eureka|marathon)_sd_configs$/, discovery("asks another host")],
  [/^(ec2|lightsail|aws|azure|gce|openstack)_sd_configs$/, discovery("needs rights that the host's role has not")],
  [/^file_sd_configs$/, discovery("reads files that nothing brings to the host")],
  [/^(?!static_configs$).+_sd_configs$/, discovery("asks another host")],
  [/^proxy_|^no_proxy$/, "no proxy; Prometheus can reach only the addresses in static_configs"],
  [/^ca_file$/, "ca, with the CA's PEM certificates in the job itself"],
  [
    /^insecure_skip_verify$/,
    "ca, with the PEM certificates of whoever signed the target's; each target proves its name",
  ],
  [/_file$|^files$/, "no such field: the only files of the host that a job may name are secrets"],
  [
    /^(global|rule_files|alerting|remote_write|storage)$/,
    "a job alone; the rest of Prometheus' configuration is the stack's",
  ],
];

function discovery(why: string): string {
  return `static_configs; this discovery ${why}, and Prometheus can reach only the addresses in static_configs`;
}

/** What to do about a field that a job may not have. */
export const remedyFor = (field: string): string =>
  remedyForSecret(field) ??
  reasons.find(([pattern]) => pattern.test(field))?.[1] ??
  "no such field: docs/operate.md lists the fields of a scrape job";
