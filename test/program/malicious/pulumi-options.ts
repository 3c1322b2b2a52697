import { edit, remove, set } from "../policy/support/mutate.ts";
import { type Malicious, object, options } from "./table.ts";

const eip = "aws:ec2/eip:Eip";
const volume = "aws:ebs/volume:Volume";
const instance = "aws:ec2/instance:Instance";
const bucketPolicy = "aws:s3/bucketPolicy:BucketPolicy";
const provider = "pulumi:providers:aws";
const urn = (type: string, name: string) => `urn:pulumi:test::metrics-link::${type}::${name}`;

/** Changes of resource options, providers and Pulumi's functions. */
export const pulumiOptions: readonly Malicious[] = [
  [
    "receiver",
    "changes of the bucket's policy are ignored",
    "receiver-bucket-policy",
    /ignorechanges.*policy/s,
    (it) =>
      options(it, bucketPolicy, (fields) => {
        fields.ignorechanges = ["policy"];
      }),
  ],
  [
    "receiver",
    "a change of tags replaces the instance",
    "receiver-instance",
    /replaceonchanges.*tags/s,
    (it) =>
      options(it, instance, (fields) => {
        fields.replaceonchanges = ["tags"];
      }),
  ],
  [
    "receiver",
    "an address is not protected from deletion",
    "receiver-address-a",
    /protect/,
    (it) =>
      options(
        it,
        eip,
        (fields) => {
          delete fields.protect;
        },
        "receiver-address-a",
      ),
  ],
  [
    "receiver",
    "the data volume is deleted with its resource",
    "receiver-data",
    /retainondelete/,
    (it) =>
      options(it, volume, (fields) => {
        delete fields.retainondelete;
      }),
  ],
  [
    "receiver",
    "the data volume is deleted before its replacement exists",
    "receiver-data",
    /deletebeforereplace/,
    (it) =>
      options(it, volume, (fields) => {
        fields.deletebeforereplace = true;
      }),
  ],
  [
    "receiver",
    "a resource counts as deleted with another",
    "receiver-data",
    /deletedwith/,
    (it) =>
      options(it, volume, (fields) => {
        fields.deletedwith = urn(instance, "receiver-instance");
      }),
  ],
  [
    "receiver",
    "an alias takes over another stack's resource",
    "receiver-address-a",
    /aliases.*sender-address/s,
    (it) =>
      options(
        it,
        eip,
        (fields) => {
          fields.aliases = [{ urn: "urn:pulumi:sender::metrics-link::aws:ec2/eip:Eip::sender-address" }];
        },
        "receiver-address-a",
      ),
  ],
  [
    "receiver",
    "an existing resource is imported",
    "receiver-key",
    /importid.*evil/s,
    (it) =>
      options(it, "aws:kms/key:Key", (fields) => {
        fields.importid = "evil";
      }),
  ],
  [
    "receiver",
    "one resource uses another provider",
    "receiver-bucket-policy",
    /provider.*evil/s,
    (it) =>
      options(it, bucketPolicy, (fields) => {
        fields.provider = `${urn(provider, "evil")}::id`;
      }),
  ],
  [
    "receiver",
    "the plugin comes from a foreign server",
    "receiver-vpc",
    /plugindownloadurl.*evil/s,
    (it) =>
      options(it, "aws:ec2/vpc:Vpc", (fields) => {
        fields.plugindownloadurl = "https://evil.example";
      }),
  ],
  [
    "receiver",
    "the plugin has another version",
    "receiver-vpc",
    /version.*7\.0\.0/s,
    (it) =>
      options(it, "aws:ec2/vpc:Vpc", (fields) => {
        fields.version = "7.0.0";
      }),
  ],
  [
    "receiver",
    "the provider uses another AWS endpoint",
    "account",
    /endpoints.*evil/s,
    edit(provider, (props) => {
      props.endpoints = JSON.stringify([{ s3: "https://evil.example" }]);
    }),
  ],
  [
    "receiver",
    "the provider is bound to no account",
    "account",
    /allowedAccountIds/,
    set(provider, { allowedAccountIds: undefined }),
  ],
  [
    "receiver",
    "the provider assumes another role",
    "account",
    /assumeRoles.*admin/s,
    set(provider, { assumeRoles: JSON.stringify([{ roleArn: "arn:aws:iam::222222222222:role/admin" }]) }),
  ],
  [
    "receiver",
    "a second provider is registered",
    "evil",
    /registerResource/,
    (it) =>
      it.ask({
        call: "registerResource",
        type: provider,
        name: "evil",
        fields: { custom: true, object: { region: "us-east-1" } },
      }),
  ],
  [
    "receiver",
    "the instance has no dependencies",
    "receiver-instance",
    /dependencies/,
    (it) =>
      options(it, instance, (fields) => {
        fields.dependencies = [];
      }),
  ],
  [
    "receiver",
    "an output is no longer secret",
    "receiver-secret-version",
    /additionalsecretoutputs/,
    (it) =>
      options(it, "aws:secretsmanager/secretVersion:SecretVersion", (fields) => {
        delete fields.additionalsecretoutputs;
      }),
  ],
  [
    "receiver",
    "the timeout of a resource is one second",
    "receiver-instance",
    /customtimeouts\.create/,
    (it) =>
      options(it, instance, (fields) => {
        fields.customtimeouts = { ...fields.customtimeouts, create: "1s" };
      }),
  ],
  [
    "receiver",
    "a transform applies to every resource",
    "registerStackTransform",
    /target/,
    (it) =>
      it.ask({ call: "registerStackTransform", type: "", name: "", fields: { target: "127.0.0.1:1", token: "t" } }),
  ],
  [
    "receiver",
    "a hook runs before a resource is created",
    "receiver-instance",
    /hooks.*beforeCreate/s,
    (it) =>
      options(it, instance, (fields) => {
        fields.hooks = { beforeCreate: ["evil"] };
      }),
  ],
  [
    "receiver",
    "a provider function reads a secret",
    "aws:secretsmanager/getSecretVersion:getSecretVersion",
    /invoke.*secretId/s,
    (it) =>
      it.ask({
        call: "invoke",
        type: "aws:secretsmanager/getSecretVersion:getSecretVersion",
        name: "",
        fields: { args: { secretId: "other" } },
      }),
  ],
  [
    "receiver",
    "the program reads another stack's outputs",
    "organization/other/stack",
    /readResource/,
    (it) =>
      it.ask({
        call: "readResource",
        type: "pulumi:pulumi:StackReference",
        name: "organization/other/stack",
        fields: { id: "organization/other/stack" },
      }),
  ],
  ["receiver", "a resource is missing", "receiver-bucket-policy", /registerResource/, remove(bucketPolicy)],
  [
    "receiver",
    "a property's diff is hidden in the preview",
    "receiver-current",
    /hidediffs/,
    (it) =>
      options(
        it,
        object,
        (fields) => {
          fields.hidediffs = ["content"];
        },
        "receiver-current",
      ),
  ],
];
