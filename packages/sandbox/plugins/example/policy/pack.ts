/** A policy pack with one rule, which needs to know the stack and its configuration. */
import { PolicyPack, validateResourceOfType } from "@pulumi/policy";
import { Config, getStack } from "@pulumi/pulumi";
import { PrivateKey } from "@pulumi/tls";

const allowed = new Config("plugins-example").get("allowedCurve") ?? "P256";

new PolicyPack("plugins-example", {
  policies: [
    {
      name: "curve",
      description: "Private keys are on the one curve that the stack allows.",
      enforcementLevel: "mandatory",
      validateResource: validateResourceOfType(PrivateKey, ({ ecdsaCurve }, _, reportViolation) => {
        if (ecdsaCurve !== allowed) reportViolation(`${getStack()} allows ${allowed}, but this is on ${ecdsaCurve}`);
      }),
    },
  ],
});
