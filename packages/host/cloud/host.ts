import { LinkError } from "@metrics-link/contract";
import type { Release, ReleaseTool } from "@metrics-link/release";
import * as pulumi from "@pulumi/pulumi";
import { roleToAssume } from "../converge/role-to-assume.ts";
import { converge } from "./converge.ts";
import type { HostArgs } from "./host-args.ts";
import { machine } from "./instance.ts";
import { hostNames } from "./names.ts";
import { bootstrapManifest, publish, publishBootstrap, releaseText } from "./publish.ts";
import { leftOut } from "./release-store.ts";
import { hostRights, hostRole } from "./role.ts";
import { hostSecret } from "./secret.ts";
import { dataSnapshots } from "./snapshots.ts";

const managementAgent = "amazon-ssm-agent";

/**
 * An EC2 host that runs a release: a minimal instance, a bucket with the release that it should run, and an update that
 * waits until it does. Only another image replaces the instance.
 */
export class Host extends pulumi.ComponentResource {
  readonly instanceId: pulumi.Output<string>;
  readonly privateAddress: pulumi.Output<string>;
  /** The release that the host was asked to run. */
  readonly releaseId: pulumi.Output<string>;
  /** False after `--target` or `--exclude`, if the host was not asked to run exactly what this program describes. */
  readonly isWhole: pulumi.Output<boolean>;
  readonly dataVolumeId: pulumi.Output<string>;
  readonly roleArn: pulumi.Output<string>;
  readonly secretArn: pulumi.Output<string>;
  readonly keyArn: pulumi.Output<string>;
  /** The host's status report on its release. */
  readonly statusReport: pulumi.Output<string>;

  constructor(name: string, args: HostArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("metrics-link:host:Host", name, {}, options);
    const own = { parent: this };
    const { hostName, account, store } = args;
    const names = hostNames(hostName, account.region);
    const tags = args.tags ?? {};

    const { permissionsBoundary } = account;
    const { role, profile } = hostRole(name, { roleName: names.role, hostName, permissionsBoundary, tags }, own);
    const { key, secret, references, isStored } = hostSecret(
      name,
      {
        secretName: names.secret,
        keyAlias: names.keyAlias,
        files: args.secretFiles,
        roleArn: role.arn,
        deployRoleArn: account.assumeRole,
        tags,
      },
      own,
    );
    const policy = hostRights(
      name,
      {
        hostName,
        account,
        role,
        bucketArn: store.bucketArn,
        secretArn: secret.arn,
        keyArn: key.arn,
        vpcId: args.network.vpcId,
      },
      own,
    );

    const installs = managementAgentOf(args);
    const bootstrap = publishBootstrap(
      name,
      {
        hostName,
        bucket: store.bucket,
        content: bootstrapManifest({
          agent: store.agent,
          node: store.tool("node"),
          managementAgent: installs,
        }),
        lacks: leftOut(store.uploads(["node", managementAgent])),
        tags,
      },
      { ...own, dependsOn: [...store.contents] },
    );
    const { instance, volume, attachment } = machine(
      name,
      {
        ...args,
        bucketName: store.bucketName,
        profile,
        protect: args.protect ?? true,
        tags,
        dependsOn: [policy, bootstrap.manifest],
      },
      own,
    );

    if (args.snapshots !== undefined) dataSnapshots(name, { hostName, schedule: args.snapshots, tags }, own);

    const tools = ["node", ...args.services.tools];
    const release = pulumi.all([args.files, references]).apply(([files, secrets]) =>
      releaseText({
        host: hostName,
        agent: store.agent,
        files: [...args.services.files, ...files],
        tools: tools.map((tool) => store.tool(tool)),
        ...(installs === undefined ? {} : { managementAgent: versionOf(installs) }),
        secrets,
        services: [...args.services.services],
        checks: [...args.services.checks, ...(args.checks ?? [])],
        probes: [...args.services.probes, ...(args.probes ?? [])],
        probeDeadlineSeconds: args.deadlines?.probeSeconds ?? 60,
      }),
    );
    const lacks = pulumi
      .all([leftOut(store.uploads(tools)), isStored, bootstrap.lacks])
      .apply(([uploads, stored, listed]) => [
        ...new Set([...uploads, ...listed, ...(stored ? [] : ["the new version of the secret"])]),
      ]);
    const { releaseId, isWhole, pointer } = publish(
      name,
      {
        hostName,
        bucket: store.bucket,
        text: release,
        inForce: args.releaseInForce,
        lacks,
        packs: args.packsRelease ?? false,
        tags,
      },
      { ...own, dependsOn: [...store.contents] },
    );
    const asked = converge(
      name,
      {
        region: account.region,
        role: roleToAssume(account),
        instanceId: instance.id,
        releaseId,
        forceRelease: args.forceRelease,
        deadlineSeconds: args.deadlines?.convergeSeconds ?? 900,
      },
      { ...own, dependsOn: [pointer, attachment, policy] },
    );

    this.instanceId = instance.id;
    this.privateAddress = instance.privateIp;
    this.releaseId = releaseId;
    this.isWhole = pulumi
      .all([isWhole, releaseId, asked.environment])
      .apply(([whole, id, { METRICS_LINK_RELEASE_ID: told } = {}]) => whole && told === id);
    this.dataVolumeId = volume.id;
    this.roleArn = role.arn;
    this.secretArn = secret.arn;
    this.keyArn = key.arn;
    this.statusReport = asked.stdout;
    const { instanceId, dataVolumeId, statusReport } = this;
    this.registerOutputs({ instanceId, releaseId, dataVolumeId, statusReport });
  }
}

const versionOf = ({ name, version, pinnedOn }: ReleaseTool): Release["managementAgent"] => ({
  name,
  version,
  pinnedOn,
});

/** @throws LinkError `ARTIFACTS_INVALID` when the host would have no Systems Manager agent, which converge needs */
function managementAgentOf({ hostName, image, store }: HostArgs): ReleaseTool | undefined {
  if (image.bringsManagementAgent) return undefined;
  const found = store.tools.get(managementAgent);
  if (found || store.acceptUnpinned) return found;
  throw new LinkError("ARTIFACTS_INVALID", {
    what:
      `Host ${hostName} would have no ${managementAgent}: Debian's images have none and the artifact index has none, ` +
      "so no update could ask it to converge",
    next:
      "run `npm run setup` with access to the official download, or set image.bringsManagementAgent for an image " +
      "that has it",
  });
}
