import { tlsOf, trustOf } from "../../../program/policy/support/mutate.ts";
import { specifyRelease } from "../support/specification.ts";

specifyRelease("server-name-is-exact", "sender", {
  "a pattern": [
    (it) =>
      it.cluster((cluster) => {
        trustOf(cluster).default_validation_context.match_typed_subject_alt_names = [
          { san_type: "DNS", matcher: { safe_regex: { regex: ".*" } } },
        ];
      }),
    /not one literal DNS name/,
  ],
  "no sni": [
    (it) =>
      it.cluster((cluster) => {
        delete tlsOf(cluster).sni;
      }),
    /sni is not set/,
  ],
  "another sni": [
    (it) =>
      it.cluster((cluster) => {
        tlsOf(cluster).sni = "other.internal";
      }),
    /sni is other.internal instead of metrics-ingest/,
  ],
});
