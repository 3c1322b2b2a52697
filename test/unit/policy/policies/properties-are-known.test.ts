import assert from "node:assert/strict";
import { types } from "@metrics-link/policy/model/resources.ts";
import { configurationOf, resource } from "../support/example.ts";
import { find, specify, unknown } from "../support/specification.ts";

const { host } = configurationOf("sender");
const role = "metrics-link-sender-eu-west-1";
const instance = (change: object = {}) =>
  resource(types.instance, {
    ami: host.imageId,
    iamInstanceProfile: role,
    instanceType: host.instanceType,
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required" },
    vpcSecurityGroupIds: ["sg-1"],
    tags: { Name: "sender", anything: "else" },
    ...change,
  });
const provider = (props: object) => ({
  ...resource(types.bucketVersioning, { bucket: "b" }),
  provider: { type: types.awsProvider, name: "account", urn: "urn", props },
});
const assumed = '[{"roleArn":"arn:aws:iam::111111111111:role/deploy"}]';

specify("properties-are-known", {
  passes: {
    "what the program sets": instance(),
    "what the provider writes in": instance({ sourceDestCheck: true }),
    "the provider's list of what it filled in": instance({
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", __defaults: ["httpTokens"] },
    }),
    "tags and region as the provider writes them": instance({
      region: "eu-west-1",
      tagsAll: { project: "metrics-link" },
    }),
    "a property that is not set": instance({ networkInterfaces: [], keyName: undefined, cpuOptions: {} }),
    "the key of a release": resource(types.bucketObject, { key: `releases/sender/${"a".repeat(64)}.json` }),
    "the account's provider": provider({ region: "eu-west-1", assumeRoles: assumed, version: "7.48.0" }),
    "a component, which has none": resource("metrics-link:host:Host", { anything: 1 }),
    // That it is not known is a matter of types-are-known.
    "a type of which nothing is known": resource("aws:iam/user:User", { name: "x" }),
  },
  fails: {
    "one extra property": [instance({ keyName: "a" }), /^keyName is set, which the program does not do/],
    "one more in an object": [
      instance({ metadataOptions: { httpEndpoint: "enabled", other: 1 } }),
      /^metadataOptions.other is set/,
    ],
    "a list for an object": [instance({ metadataOptions: [1] }), /^metadataOptions\[\] is set/],
    "a text for an object": [instance({ metadataOptions: "x" }), /^metadataOptions is set/],
    "another value than the provider's": [
      instance({ sourceDestCheck: false }),
      /sourceDestCheck is false instead of true/,
    ],
    "a resource in another region": [instance({ region: "us-east-1" }), /region is "us-east-1" instead of "eu-west-1"/],
    "two groups": [instance({ vpcSecurityGroupIds: ["sg-1", "sg-2"] }), /of 2 members instead of 1/],
    "another profile": [
      instance({ iamInstanceProfile: "other" }),
      /"other" instead of "metrics-link-sender-eu-west-1"/,
    ],
    "a name beside a value that is not known": [instance({ ami: unknown, keyName: unknown }), /^keyName is set/],
    "another endpoint of AWS": [
      provider({ endpoints: '[{"s3":"https://x"}]' }),
      /its provider account: endpoints is set/,
    ],
    "a plugin from elsewhere": [
      resource("pulumi:providers:tls", { version: "5.6.1", pluginDownloadURL: "https://x" }),
      /pluginDownloadURL is set/,
    ],
    "the key of another host": [
      resource(types.bucketObject, { key: "releases/receiver/current.json" }),
      /key is "releases\/receiver\/current.json", which is not known/,
    ],
  },
  undecidable: {
    "a value that is not known": instance({ iamInstanceProfile: unknown }),
    "an object that is not known": instance({ metadataOptions: unknown }),
    "a default that is not known": instance({ sourceDestCheck: unknown }),
  },
});

describe("the policy properties-are-known", () => {
  it("reports every unknown property, even next to unknown values", () => {
    const found = find("properties-are-known", instance({ ami: unknown, keyName: "a", hibernation: true }), "sender");
    assert.deepEqual(
      found.map(({ kind, message }) => `${kind} ${/^\w+(?= is set)/.exec(message)?.[0] ?? ""}`).toSorted(),
      ["undecidable ", "violation hibernation", "violation keyName"],
    );
  });
});
