import assert from "node:assert/strict";
import { type Role, roles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { type Clients, clientsWith } from "@metrics-link/sandbox/testing/clients.ts";
import { clientOptionsFrom, sessionOf } from "@metrics-link/sandbox/testing/from-host.ts";
import { bucketOf } from "@metrics-link/sandbox/testing/releases.ts";
import { accounts, deployRoleArn } from "@metrics-link/sandbox/world/accounts.ts";
import { assume, clientOptions, deployer, freeDeployer, type Session } from "../support/aws.ts";
import { ofHost, peer, roleOf } from "../support/belongings.ts";
import { byTheEndpoint, everything, refused } from "../support/refused.ts";
import { sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

interface Refused {
  readonly what: string;
  /** AWS' word for it. */
  readonly code: "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation";
  readonly call: (aws: Clients) => Promise<unknown>;
  /** Undoes what the deployer's same call has done. */
  readonly undo?: (aws: Clients) => Promise<unknown>;
  /** Whose deployer makes the same call, so that it is seen not to fail by itself. Default: the host's own account's. */
  readonly owner?: Role;
}

describe("a host's rights in its account", function () {
  needs(world.link);
  this.timeout(1_200_000);
  const has = {} as Record<Role, Awaited<ReturnType<typeof ofHost>>>;
  /** With the host's keys, from the host itself; with the same keys, carried away; the account's deployer, freed of its limits. */
  const onHost = {} as Record<Role, Clients>;
  const stolen = {} as Record<Role, Clients>;
  const deploying = {} as Record<Role, Clients>;
  /** The deployer's keys on a host. */
  const deployerOn = (host: Role, session: Session) =>
    clientsWith(clientOptionsFrom(sandbox, host, has[host].instanceId, session));
  const sessions = {} as Record<Role, Session>;
  const putBack: (() => Promise<void>)[] = [];

  before(async () => {
    for (const host of roles) {
      putBack.push(await freeDeployer(accounts[host]));
      sessions[host] = await deployer(accounts[host]);
      deploying[host] = clientsWith(clientOptions(sessions[host]));
      has[host] = await ofHost(host, deploying[host]);
      const session = await sessionOf(sandbox, host);
      stolen[host] = clientsWith(clientOptions(session));
      onHost[host] = clientsWith(clientOptionsFrom(sandbox, host, has[host].instanceId, session));
      await deploying[host].s3.putObject({ Bucket: bucketOf(host), Key: "releases/second/current.json", Body: "{}" });
      await deploying[host].secrets.createSecret({ Name: "not-yours", SecretString: "a word" });
    }
  });
  after(async () => {
    for (const host of roles) {
      await deploying[host].s3.deleteObject({ Bucket: bucketOf(host), Key: "releases/second/current.json" });
      await deploying[host].secrets.deleteSecret({ SecretId: "not-yours", ForceDeleteWithoutRecovery: true });
    }
    for (const limit of putBack) await limit();
  });

  const read = ({ s3 }: Clients, Bucket: string, Key: string) => s3.getObject({ Bucket, Key });
  const text = async (aws: Clients, bucket: string, key: string) =>
    (await (await read(aws, bucket, key)).Body?.transformToString()) ?? "";

  for (const host of roles) {
    const other = peer[host];
    const bucket = bucketOf(host);
    const planted = { Bucket: bucket, Key: `releases/${host}/planted.json` };

    it(`allow the ${host} to read its releases, the tools, the agent and its own secret, only from its own network`, async () => {
      const { release, secretArn } = has[host];
      const document = JSON.parse(await text(onHost[host], bucket, `releases/${host}/${release}.json`));
      const keys = [`releases/${host}/current.json`, document.agent.key, document.tools[0].key];
      for (const key of keys) {
        const { ContentLength } = await read(onHost[host], bucket, key);
        assert.ok((ContentLength ?? 0) > 0, key);
        await refused("AccessDenied", read(stolen[host], bucket, key));
      }
      const { SecretString = "" } = await onHost[host].secrets.getSecretValue({ SecretId: secretArn });
      assert.ok(SecretString.includes("PRIVATE KEY"));
      await refused("AccessDeniedException", stolen[host].secrets.getSecretValue({ SecretId: secretArn }));
    });

    /** What has an endpoint in the host's network is asked from there, so that nothing but the right is missing. */
    const onTheHost: Refused[] = [
      {
        what: "the other account's releases",
        code: "AccessDenied",
        call: (aws) => read(aws, bucketOf(other), `releases/${other}/current.json`),
        owner: other,
      },
      {
        what: "the other account's tools",
        code: "AccessDenied",
        call: (aws) => read(aws, bucketOf(other), has[other].toolKey),
        owner: other,
      },
      {
        what: "another host's releases in its own bucket",
        code: "AccessDenied",
        call: (aws) => read(aws, bucket, "releases/second/current.json"),
      },
      { what: "a list of its bucket", code: "AccessDenied", call: ({ s3 }) => s3.listObjectsV2({ Bucket: bucket }) },
      { what: "the list of buckets", code: "AccessDenied", call: ({ s3 }) => s3.listBuckets({}) },
      {
        what: "the policy of its bucket",
        code: "AccessDenied",
        call: ({ s3 }) => s3.getBucketPolicy({ Bucket: bucket }),
      },
      {
        what: "an object more among its releases",
        code: "AccessDenied",
        call: ({ s3 }) => s3.putObject({ ...planted, Body: "{}" }),
        undo: ({ s3 }) => s3.deleteObject(planted),
      },
      { what: "an object less", code: "AccessDenied", call: ({ s3 }) => s3.deleteObject(planted) },
      {
        what: "the other host's secret",
        code: "AccessDeniedException",
        call: ({ secrets }) => secrets.getSecretValue({ SecretId: has[other].secretArn }),
        owner: other,
      },
      {
        what: "another secret of its account",
        code: "AccessDeniedException",
        call: ({ secrets }) => secrets.getSecretValue({ SecretId: "not-yours" }),
      },
      {
        what: "another value of a secret",
        code: "AccessDeniedException",
        call: ({ secrets }) => secrets.putSecretValue({ SecretId: "not-yours", SecretString: "a word" }),
      },
      {
        what: "its secret's description",
        code: "AccessDeniedException",
        call: ({ secrets }) => secrets.describeSecret({ SecretId: has[host].secretArn }),
      },
      {
        what: "its secret's policy",
        code: "AccessDeniedException",
        call: ({ secrets }) => secrets.getResourcePolicy({ SecretId: has[host].secretArn }),
      },
      {
        what: "the list of secrets",
        code: "AccessDeniedException",
        call: ({ secrets }) => secrets.listSecrets({}),
      },
      {
        what: "a command to a host, itself",
        code: "AccessDeniedException",
        call: ({ ssm }) =>
          ssm.sendCommand({
            InstanceIds: [has[host].instanceId],
            DocumentName: "AWS-RunShellScript",
            Parameters: { commands: ["true"] },
          }),
      },
      {
        what: "what was commanded before",
        code: "AccessDeniedException",
        call: ({ ssm }) => ssm.listCommandInvocations({}),
      },
      {
        what: "the account's instances, as Systems Manager knows them",
        code: "AccessDeniedException",
        call: ({ ssm }) => ssm.describeInstanceInformation({}),
      },
    ];

    /** Nothing of the host's network leads to these, so that only carried-away keys can be tried. */
    const elsewhere: Refused[] = [
      {
        what: "a word under its key",
        code: "AccessDeniedException",
        call: ({ kms }) => kms.encrypt({ KeyId: has[host].keyArn, Plaintext: Buffer.from("word") }),
      },
      {
        what: "what is under its key, past Secrets Manager",
        code: "AccessDeniedException",
        call: ({ kms }) => kms.decrypt(has[host].sealed),
      },
      {
        what: "what is under the other host's key",
        code: "AccessDeniedException",
        call: ({ kms }) => kms.decrypt({ ...has[other].sealed, KeyId: has[other].keyArn }),
        owner: other,
      },
      {
        what: "the instances of its account",
        code: "UnauthorizedOperation",
        call: ({ ec2 }) => ec2.describeInstances({}),
      },
      {
        what: "another rule in its security group",
        code: "UnauthorizedOperation",
        call: ({ ec2 }) => ec2.authorizeSecurityGroupIngress(has[host].rule),
        undo: ({ ec2 }) => ec2.revokeSecurityGroupIngress(has[host].rule),
      },
      { what: "the roles of its account", code: "AccessDenied", call: ({ iam }) => iam.listRoles({}) },
      {
        what: "a user of its own",
        code: "AccessDenied",
        call: ({ iam }) => iam.createUser({ UserName: "thief" }),
        undo: ({ iam }) => iam.deleteUser({ UserName: "thief" }),
      },
      {
        what: "more rights for its role",
        code: "AccessDenied",
        call: ({ iam }) =>
          iam.putRolePolicy({ RoleName: roleOf(host), PolicyName: "more", PolicyDocument: everything }),
        undo: ({ iam }) => iam.deleteRolePolicy({ RoleName: roleOf(host), PolicyName: "more" }),
      },
    ];

    for (const [place, from, cases] of [
      ["from the host", onHost, onTheHost],
      ["with its keys", stolen, elsewhere],
    ] as const) {
      for (const { what, code, call, undo, owner = host } of cases) {
        it(`deny the ${host}, ${place}: ${what}`, async () => {
          await refused(code, call(from[host]));
          await call(deploying[owner]);
          await undo?.(deploying[owner]);
        });
      }
    }

    it(`deny the ${host} every role: the deployer's, the other host's and its own`, async () => {
      const { Arn } = await stolen[host].sts.getCallerIdentity({});
      assert.match(Arn ?? "", new RegExp(`assumed-role/${roleOf(host)}/`));
      const roles = [
        deployRoleArn(accounts[host]),
        deployRoleArn(accounts[other]),
        `arn:aws:iam::${accounts[other]}:role/${roleOf(other)}`,
        `arn:aws:iam::${accounts[host]}:role/${roleOf(host)}`,
      ];
      for (const role of roles) await refused("AccessDenied", assume(stolen[host].sts, role));
    });

    it(`allow nobody to export data through the ${host}'s network, with any keys`, async () => {
      const foreign = deployerOn(host, sessions[other]);
      await refused("AccessDenied", read(foreign, bucketOf(other), has[other].toolKey), byTheEndpoint);
      const itsSecret = { SecretId: has[other].secretArn };
      await refused("AccessDeniedException", foreign.secrets.getSecretValue(itsSecret), byTheEndpoint);
      const own = deployerOn(host, sessions[host]);
      await refused("AccessDenied", own.s3.putObject({ ...planted, Body: "{}" }), byTheEndpoint);
      await refused("AccessDeniedException", own.secrets.getSecretValue({ SecretId: "not-yours" }), byTheEndpoint);
      await refused("AccessDeniedException", own.ssm.listCommandInvocations({}), byTheEndpoint);
      await read(own, bucket, has[host].toolKey);
    });
  }
});
