/** The aws provider: AWS as far as the sandbox has it. */

import { AWS_RESOURCE_TYPES } from "../../cloud/aws-resource-types.ts";
import { REGION } from "../../cloud/catalogue.ts";
import { seen } from "../../cloud/ec2/seen.ts";
import { INVOKES } from "../../cloud/invokes.ts";
import { boolean, defineProvider, list, map, object, string, typesFor } from "../rpc/index.ts";
import { Account } from "./account.ts";
import { resourceType } from "./resource-type.ts";

const { invoke } = typesFor<Account>();

export const definition = defineProvider({
  name: "aws",
  version: "7.48.0",
  built: "bridged",
  config: {
    region: string({ required: true, oneOf: [REGION] }),
    allowedAccountIds: list(string()),
    assumeRoles: list(
      object({ duration: string(), externalId: string(), roleArn: string({ required: true }), sessionName: string() }),
    ),
    defaultTags: object({ tags: map(string()) }),
    forbiddenAccountIds: list(string()),
    // What these would skip costs nothing in the sandbox and is never skipped.
    skipCredentialsValidation: boolean(),
    skipMetadataApiCheck: boolean(),
    skipRegionValidation: boolean(),
    skipRequestingAccountId: boolean(),
  },
  configure: ({ region, allowedAccountIds, assumeRoles, defaultTags, forbiddenAccountIds }) =>
    Account.open({
      region,
      ...(allowedAccountIds === undefined ? {} : { allowedAccountIds }),
      ...(forbiddenAccountIds === undefined ? {} : { forbiddenAccountIds }),
      roles: assumeRoles ?? [],
      defaultTags: defaultTags?.tags ?? {},
    }),
  resources: Object.fromEntries([...AWS_RESOURCE_TYPES].map(([type, awsType]) => [type, resourceType(awsType)])),
  invokes: Object.fromEntries(
    [...INVOKES].map(([token, { inputs, outputs, invoke: answer }]) => [
      token,
      invoke({
        inputs,
        outputs,
        invoke: async (args, { client, signal }) =>
          answer(args, {
            caller: client.caller,
            region: client.region,
            seen: async (action) => seen.parse(await client.ask("seen", { action }, signal)),
          }),
      }),
    ]),
  ),
});
