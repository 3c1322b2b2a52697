import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { reading, specify, unknown } from "../support/specification.ts";

const provided = (change: object, props: object = {}) => ({
  ...resource("aws:ec2/vpc:Vpc", {}),
  provider: {
    type: "pulumi:providers:aws",
    name: "account",
    urn: "urn",
    props: { allowedAccountIds: ["111111111111"], region: "eu-west-1", ...props },
    ...change,
  },
});
/** The engine shows a provider's properties in the same way. */
const withUnknown = (one: ReturnType<typeof provided>) => ({
  ...one,
  provider: { ...one.provider, props: reading(one.provider.props) },
});

specify("account-is-bound", {
  passes: {
    "the account's provider": provided({}),
    "the same as JSON": provided({}, { allowedAccountIds: '["111111111111"]' }),
    "a type that is not AWS": resource(types.privateKey, {}),
  },
  fails: {
    "a default provider": [provided({ name: "default_7_48_0" }), /a default provider/],
    "no provider": [resource("aws:ec2/vpc:Vpc", {}), /an unknown provider/],
    "another account": [
      provided({}, { allowedAccountIds: ["333333333333"] }),
      /bound to 333333333333 instead of 111111111111/,
    ],
    "another region": [provided({}, { region: "us-east-1" }), /in us-east-1/],
  },
  undecidable: {
    "a provider that is not known": withUnknown(provided({}, { allowedAccountIds: unknown })),
  },
});
