import type { ResourceRule } from "../model/policy.ts";

export const hostsUseImdsV2: ResourceRule = {
  kind: "resource",
  name: "hosts-use-imds-v2",
  fence: "host",
  rule: "The metadata service of an instance answers only to session tokens, and over one hop.",
  reason: "Otherwise a single forged request from the host hands out its role's credentials.",
  remedy: "Set metadataOptions: httpTokens required, httpPutResponseHopLimit 1, instanceMetadataTags disabled.",
  source: "CIS AWS Foundations 5.6; AWS Security Hub EC2.8",
  types: ["aws:ec2/instance:Instance"],
  *check({ props: { metadataOptions: options = {} } }) {
    if (options.httpTokens !== "required") yield `httpTokens is ${options.httpTokens ?? "not set"} instead of required`;
    if (options.httpPutResponseHopLimit !== 1) {
      yield `httpPutResponseHopLimit is ${options.httpPutResponseHopLimit ?? "not set"} instead of 1`;
    }
    if (options.instanceMetadataTags === "enabled")
      yield "instanceMetadataTags is enabled: tags can be read on the host";
  },
};
