import { trustOf } from "../../../program/policy/support/mutate.ts";
import { specifyRelease } from "../support/specification.ts";

specifyRelease("client-name-is-exact", "receiver", {
  "a pattern": [
    (it) =>
      it.chain((chain) => {
        trustOf(chain).default_validation_context.match_typed_subject_alt_names = [
          { san_type: "DNS", matcher: { safe_regex: { regex: ".*" } } },
        ];
      }),
    /not one literal DNS name/,
  ],
  "no name": [
    (it) =>
      it.chain((chain) => {
        trustOf(chain).default_validation_context.match_typed_subject_alt_names = [];
      }),
    /not one literal DNS name/,
  ],
  "a wildcard certificate's matcher": [
    (it) =>
      it.chain((chain) => {
        trustOf(chain).default_validation_context.match_typed_subject_alt_names = [
          { san_type: "DNS", matcher: { exact: "a.internal" } },
        ];
      }),
    /not one literal DNS name/,
  ],
});
