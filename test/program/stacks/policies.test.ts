import assert from "node:assert/strict";
import { selfSigned } from "../../support/openssl.ts";
import type { Registration } from "../support/recording.ts";
import { build, type Role } from "./stacks.ts";

interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: unknown;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Record<string, Record<string, string | readonly string[]>>;
}

const asList = <Item>(value: Item | readonly Item[] | undefined): readonly Item[] =>
  value === undefined ? [] : ([value].flat() as Item[]);

/**
 * What has to name every resource, each with AWS' word that it knows none
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/, "Resource types").
 */
const withoutResources: Readonly<Record<string, string>> = {
  "ssmmessages:CreateControlChannel": "list_amazonmessagegatewayservice.html",
  "ssmmessages:OpenControlChannel": "list_amazonmessagegatewayservice.html",
};

/** Patterns in resources that are as narrow as AWS lets them be, and why. */
const narrowestPatterns: readonly (readonly [RegExp, string])[] = [
  [/^arn:aws:s3:::metrics-link-[a-z]+-\d{12}-eu-west-1\/(tools|agent)\/\*$/, "what any host of the account may run"],
  [/^arn:aws:s3:::metrics-link-[a-z]+-\d{12}-eu-west-1\/releases\/(sender|receiver)\/\*$/, "named by their hashes"],
  [/^arn:aws:s3:::metrics-link-[a-z]+-\d{12}-eu-west-1\/\*$/, "of an endpoint: the roles say which of them"],
  [/:secret:metrics-link\/(sender|receiver)\/release-\?{6}$/, "the six characters are AWS' own"],
  [/^arn:aws:ec2:eu-west-1:\d{12}:instance\/\*$/, "the instance is made after its role, and replaced under it"],
];

/** Every policy document that a stack registers, by the name of its resource. */
function policiesOf(registrations: readonly Registration[]): { name: string; type: string; statements: Statement[] }[] {
  return registrations.flatMap(({ name, type, inputs }) =>
    [inputs.policy, inputs.assumeRolePolicy].flatMap((text) =>
      typeof text === "string" ? [{ name, type, statements: JSON.parse(text).Statement as Statement[] }] : [],
    ),
  );
}

/** An ARN pattern as IAM reads it. */
const matches = (pattern: string, text: string) =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  ).test(text);

describe("the IAM and resource policies of a stack", () => {
  const root = selfSigned("own");
  const receiver = selfSigned("peer");
  const peers: Record<Role, unknown> = {
    sender: undefined,
    receiver: {
      version: 1,
      role: "sender",
      accountId: "111111111111",
      rootBundle: receiver.pem,
      dnsName: "metrics-sender.account-a.internal",
      egressAddresses: ["203.0.113.10"],
    },
  };
  const change: Record<Role, Record<string, unknown>> = {
    sender: {},
    receiver: {
      "metrics-link:senders": [
        {
          name: "account-a",
          stack: "organization/metrics-link/sender",
          rootFingerprints: [receiver.fingerprint],
          addresses: ["203.0.113.10"],
        },
      ],
    },
  };

  for (const role of ["sender", "receiver"] as const) {
    describe(role, () => {
      let policies: ReturnType<typeof policiesOf>;
      let allowing: { name: string; type: string; statement: Statement }[];
      before(async () => {
        policies = policiesOf(await build(role, { root: root.pem, peer: peers[role], change: change[role] }));
        // A key's policy begins as AWS itself writes it, which has a test of its own.
        const others = policies.filter(({ type }) => type !== "aws:kms/key:Key");
        allowing = others.flatMap(({ name, type, statements }) =>
          statements.filter(({ Effect }) => Effect === "Allow").map((statement) => ({ name, type, statement })),
        );
      });

      it("are exactly the expected ones", () => {
        assert.deepEqual(policies.map(({ name }) => name).toSorted(), [
          `${role}-bucket-policy`,
          `${role}-key`,
          `${role}-policy`,
          `${role}-role`,
          `${role}-s3`,
          `${role}-secret-readers`,
          `${role}-secretsmanager`,
          `${role}-ssm`,
          `${role}-ssmmessages`,
        ]);
      });

      it("name allowed actions in full, without wildcards", () => {
        for (const { name, statement } of allowing) {
          assert.ok(!("NotAction" in statement) && !("NotResource" in statement), name);
          for (const action of asList(statement.Action)) assert.match(action, /^[a-z0-9]+:[A-Za-z]+$/, name);
        }
      });

      it("name the resource wherever AWS supports it", () => {
        for (const { name, statement } of allowing.filter(({ type }) => type !== "aws:iam/role:Role")) {
          assert.ok(asList(statement.Resource).length > 0, name);
          for (const resource of asList(statement.Resource)) {
            if (resource === "*") {
              const narrowable = asList(statement.Action).filter((action) => withoutResources[action] === undefined);
              assert.deepEqual(narrowable, [], `${name}: "*" for what knows resources`);
            } else if (/[*?]/.test(resource)) {
              assert.ok(
                narrowestPatterns.some(([pattern]) => pattern.test(resource)),
                `${name}: ${resource} is wider than it must be`,
              );
            }
          }
        }
      });

      it("delegate use of the key to the account's IAM policies, as AWS does, and deny the rest", () => {
        const [key] = policies.filter(({ type }) => type === "aws:kms/key:Key");
        const account = role === "sender" ? "111111111111" : "222222222222";
        const allows = key?.statements.filter(({ Effect }) => Effect === "Allow") ?? [];
        assert.deepEqual(
          allows.map(({ Principal, Action, Resource }) => ({ Principal, Action, Resource })),
          [{ Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*", Resource: "*" }],
        );
        assert.equal(key?.statements.length, 3);
      });

      it("allow only EC2 to assume the role, and only this account to use the endpoints", () => {
        const account = role === "sender" ? "111111111111" : "222222222222";
        for (const { name, type, statement } of allowing) {
          if (type === "aws:iam/role:Role") assert.deepEqual(statement.Principal, { Service: "ec2.amazonaws.com" });
          else if (type === "aws:ec2/vpcEndpoint:VpcEndpoint")
            assert.equal(statement.Condition?.StringEquals?.["aws:PrincipalAccount"], account, name);
          else assert.equal(statement.Principal, undefined, `${name} lets in whoever it names`);
        }
      });

      it("restrict the host's permissions to its network, or to the service that acts for it", () => {
        const rights = allowing.filter(({ name }) => name === `${role}-policy`);
        assert.equal(rights.length, 5);
        for (const { statement } of rights) {
          const { "aws:SourceVpc": network, "kms:ViaService": service } = statement.Condition?.StringEquals ?? {};
          assert.ok(
            network === `${role}-vpc-id` || service === "secretsmanager.eu-west-1.amazonaws.com",
            statement.Sid,
          );
        }
      });

      it("allow on each endpoint only what the host may do there", () => {
        const endpoints = allowing.filter(({ type }) => type === "aws:ec2/vpcEndpoint:VpcEndpoint");
        // Secrets Manager's own call to KMS takes no way of ours.
        const rights = allowing.filter(
          ({ name, statement }) => name === `${role}-policy` && statement.Sid !== "OpenOwnSecret",
        );
        const actions = (of: typeof allowing) => of.flatMap(({ statement }) => asList(statement.Action)).toSorted();
        assert.deepEqual(actions(endpoints), actions(rights));
        for (const { statement } of rights) {
          for (const action of asList(statement.Action)) {
            const open = endpoints
              .filter((endpoint) => asList(endpoint.statement.Action).includes(action))
              .flatMap((endpoint) => asList(endpoint.statement.Resource));
            for (const resource of asList(statement.Resource)) {
              assert.ok(
                open.some((pattern) => pattern === resource || matches(pattern, resource)),
                `${action} on ${resource} would not pass: ${open.join(", ")}`,
              );
            }
          }
        }
      });
    });
  }
});
