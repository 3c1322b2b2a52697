/** A cloud without moto: its AWS API says yes to everything, with ids that count upwards. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AwsClients } from "@metrics-link/sandbox/cloud/api.ts";
import { Cloud } from "@metrics-link/sandbox/cloud/cloud.ts";

type Answer = (input: Record<string, unknown>) => unknown;
export type Answers = Record<string, Answer>;

export const account = "111111111111";
export const region = "eu-west-1";

/** Rules as EC2 keeps them, for those who change them behind the cloud's back. */
export interface FakeRule {
  SecurityGroupRuleId: string;
  GroupId: string;
  IsEgress: boolean;
  IpProtocol?: string;
  FromPort?: number;
  ToPort?: number;
  CidrIpv4?: string | undefined;
}

export class FakeCloud {
  readonly directory = mkdtempSync(join(tmpdir(), "fake-cloud-"));
  readonly file = join(this.directory, "cloud.json");
  /** Names of the calls made, in order. */
  readonly calls: string[] = [];
  /** Put in place of the answers below, or throwing. */
  readonly overrides: Answers = {};
  rules: FakeRule[] = [];
  #ids = 0;

  open(): Promise<Cloud> {
    return Cloud.open({
      file: this.file,
      api: { endpoint: "http://127.0.0.1:9", admin: () => ({ accessKeyId: "a", secretAccessKey: "b" }) },
      clients: () => this.#clients(),
      now: () => new Date("2026-11-22T00:00:00Z"),
    });
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  #clients(): AwsClients {
    const client = new Proxy(
      {},
      {
        get:
          (_target, call: string) =>
          async (input = {}) =>
            this.#answer(call, input),
      },
    );
    return { ec2: client, iam: client, kms: client, s3: client, secrets: client } as unknown as AwsClients;
  }

  #answer(call: string, input: Record<string, unknown>): unknown {
    this.calls.push(call);
    const answer = this.overrides[call] ?? this.#answers[call];
    return answer === undefined ? {} : answer(input);
  }

  #id(prefix: string): string {
    return `${prefix}-${String(++this.#ids).padStart(17, "0")}`;
  }

  readonly #vpcs: object[] = [];
  readonly #answers: Answers = {
    createVpc: ({ TagSpecifications = [] }) => {
      const [{ Tags = [] } = {}] = TagSpecifications as { Tags?: object[] }[];
      const made = { VpcId: this.#id("vpc"), Tags };
      this.#vpcs.push(made);
      return { Vpc: made };
    },
    describeVpcs: () => ({ Vpcs: this.#vpcs }),
    describeSecurityGroups: () => ({ SecurityGroups: [{ GroupId: this.#id("sg") }] }),
    describeRouteTables: () => ({ RouteTables: [{ RouteTableId: this.#id("rtb") }] }),
    describeNetworkAcls: () => ({ NetworkAcls: [{ NetworkAclId: this.#id("acl") }] }),
    createSubnet: () => ({ Subnet: { SubnetId: this.#id("subnet") } }),
    createSecurityGroup: () => ({ GroupId: this.#id("sg") }),
    authorizeSecurityGroupIngress: (input) => this.#authorize(input, false),
    authorizeSecurityGroupEgress: (input) => this.#authorize(input, true),
    describeSecurityGroupRules: () => ({ SecurityGroupRules: this.rules }),
    runInstances: () => ({ Instances: [{ InstanceId: this.#id("i") }] }),
    describeInstances: () => ({ Reservations: [{ Instances: [{ State: { Name: "running" } }] }] }),
    createVpcEndpoint: () => ({ VpcEndpoint: { VpcEndpointId: this.#id("vpce") } }),
    createVolume: () => ({ VolumeId: this.#id("vol") }),
    createKey: () => {
      const id = this.#id("key");
      return { KeyMetadata: { KeyId: id, Arn: `arn:aws:kms:${region}:${account}:key/${id}` } };
    },
    createRole: ({ RoleName }) => ({ Role: { Arn: `arn:aws:iam::${account}:role/${RoleName}`, RoleId: "AROA" } }),
    createInstanceProfile: ({ InstanceProfileName: name }) => ({
      InstanceProfile: { Arn: `arn:aws:iam::${account}:instance-profile/${name}` },
    }),
  };

  #authorize({ GroupId, IpPermissions }: Record<string, unknown>, IsEgress: boolean): unknown {
    const [permission = {}] = IpPermissions as { IpRanges?: { CidrIp: string }[]; IpProtocol?: string }[];
    const { IpRanges, ...rest } = permission;
    const rule = {
      SecurityGroupRuleId: this.#id("sgr"),
      GroupId: String(GroupId),
      IsEgress,
      ...rest,
      CidrIpv4: IpRanges?.[0]?.CidrIp,
    };
    this.rules.push(rule);
    return { SecurityGroupRules: [rule] };
  }
}
