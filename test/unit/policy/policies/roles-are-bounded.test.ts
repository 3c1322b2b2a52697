import { types } from "@metrics-link/policy/model/resources.ts";
import { configurationOf, resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const permissionsBoundary = "arn:aws:iam::111111111111:policy/metrics-link-host-boundary";
const { account } = configurationOf("sender");

specify("roles-are-bounded", {
  configuration: { account: { ...account, permissionsBoundary } },
  passes: {
    "the boundary of the configuration": resource(types.role, { permissionsBoundary }),
  },
  fails: {
    "no boundary": [resource(types.role, {}), /boundary is not set instead of/],
    "another boundary": [
      resource(types.role, { permissionsBoundary: "arn:aws:iam::aws:policy/AdministratorAccess" }),
      /AdministratorAccess instead of/,
    ],
  },
  undecidable: {
    "a boundary that is not known": resource(types.role, { permissionsBoundary: unknown }),
  },
});

describe("without a boundary in the configuration", () => {
  specify("roles-are-bounded", {
    configuration: { account: { id: account.id, region: account.region } },
    passes: {},
    fails: {
      "a role without": [resource(types.role, {}), /account.permissionsBoundary is not set/],
      "a role with one": [resource(types.role, { permissionsBoundary }), /account.permissionsBoundary is not set/],
    },
    undecidable: {},
  });
});
