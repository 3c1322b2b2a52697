import { strict as assert } from "node:assert";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Instance, Vpc } from "@metrics-link/sandbox/model/topology.ts";
import type { RoleCredentialsSource } from "@metrics-link/sandbox/services/imds/credentials.ts";
import { imdsListener } from "@metrics-link/sandbox/services/imds/listener.ts";
import { TokenStore, tokenSeconds } from "@metrics-link/sandbox/services/imds/tokens.ts";
import { metadataTree, readTree } from "@metrics-link/sandbox/services/imds/tree.ts";
import { instance, vpc } from "./sample.ts";

describe("the metadata tree", () => {
  it("lists folders with a slash and returns leaves unchanged", () => {
    const tree = metadataTree(instance, vpc);
    assert.equal(readTree(tree, ["placement", "availability-zone"]), "eu-west-1a");
    assert.equal(readTree(tree, ["placement"]), "availability-zone\nregion");
    assert.match(readTree(tree, []) ?? "", /^network\/$/m);
    assert.equal(readTree(tree, ["placement", "constructor"]), undefined);
    assert.equal(readTree(tree, ["instance-id", "x"]), undefined);
  });

  it("shows tags only where the instance allows it, and a public address only where there is one", () => {
    const shown = { ...instance, publicAddress: "203.0.113.9", metadata: { ...instance.metadata, tagsEnabled: true } };
    assert.equal(readTree(metadataTree(instance, vpc), ["tags"]), undefined);
    assert.equal(readTree(metadataTree(shown, vpc), ["tags", "instance", "Name"]), "sender");
    assert.equal(readTree(metadataTree(instance, vpc), ["public-ipv4"]), undefined);
    assert.equal(readTree(metadataTree(shown, vpc), ["public-ipv4"]), "203.0.113.9");
  });
});

describe("tokens of the metadata service", () => {
  it("are valid for their instance and their lifetime", () => {
    let now = 0;
    const store = new TokenStore(() => now);
    const token = store.issue("i-1", 10);
    assert.ok(store.valid("i-1", token));
    assert.ok(!store.valid("i-2", token));
    now = 10_000;
    assert.ok(!store.valid("i-1", token));
  });

  it("live for 1 to 21,600 seconds", () => {
    const accepted = ["1", "21600"].map(tokenSeconds);
    assert.deepEqual(accepted, [1, 21_600]);
    for (const wrong of [undefined, "", "0", "21601", "-1", "1.5", "60s"]) assert.equal(tokenSeconds(wrong), undefined);
  });
});

describe("the metadata service", () => {
  let server: http.Server;
  let url: string;
  let now: Instance;
  // The test's own address stands for the instance's.
  const here = { ...instance, privateAddress: "127.0.0.1" };
  const network = (): Vpc => ({ ...vpc, instances: [now] });
  const credentials = {
    get: async (_id: string, roleArn: string) => {
      if (roleArn.endsWith("forbidden")) throw new Error("AccessDenied");
      return { Code: "Success", AccessKeyId: "ASIA" };
    },
  } as unknown as RoleCredentialsSource;

  before(async () => {
    now = here;
    server = http.createServer(imdsListener({ vpc: network, credentials, log: () => {} }));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/latest`;
  });
  after(() => server.close());
  afterEach(() => {
    now = here;
  });

  const token = async () => {
    const headers = { "x-aws-ec2-metadata-token-ttl-seconds": "60" };
    return (await fetch(`${url}/api/token`, { method: "PUT", headers })).text();
  };
  const get = async (path: string, headers: Record<string, string> = {}) => fetch(`${url}${path}`, { headers });
  const read = async (path: string) => get(path, { "x-aws-ec2-metadata-token": await token() });

  it("returns nothing without a token where tokens are required", async () => {
    assert.equal((await get("/meta-data/instance-id")).status, 401);
    assert.equal((await get("/meta-data/instance-id", { "x-aws-ec2-metadata-token": "made-up" })).status, 401);
    assert.equal(await (await read("/meta-data/instance-id")).text(), instance.id);
  });

  it("supports version 1 where the instance allows it", async () => {
    now = { ...here, metadata: { ...here.metadata, tokensRequired: false } };
    assert.equal((await get("/meta-data/instance-id")).status, 200);
    assert.equal((await get("/meta-data/instance-id", { "x-aws-ec2-metadata-token": "made-up" })).status, 401);
  });

  it("issues tokens by PUT, with a lifetime, and not through a proxy", async () => {
    const put = (headers: Record<string, string>) => fetch(`${url}/api/token`, { method: "PUT", headers });
    const life = { "x-aws-ec2-metadata-token-ttl-seconds": "60" };
    assert.equal((await put({})).status, 400);
    assert.equal((await put({ ...life, "x-forwarded-for": "10.0.0.1" })).status, 403);
    assert.equal((await get("/api/token")).status, 405);
    assert.equal((await put(life)).headers.get("x-aws-ec2-metadata-token-ttl-seconds"), "60");
  });

  it("returns user data unchanged, and 404 where there is none", async () => {
    assert.equal(await (await read("/user-data")).text(), "#cloud-config\n");
    const { userData: _, ...rest } = here;
    now = rest;
    assert.equal((await read("/user-data")).status, 404);
  });

  it("returns the role's credentials, or says why there are none", async () => {
    assert.equal(await (await read("/meta-data/iam/security-credentials/")).text(), "host-role");
    const given = await (await read("/meta-data/iam/security-credentials/host-role")).json();
    assert.equal((given as { AccessKeyId: string }).AccessKeyId, "ASIA");
    assert.equal((await read("/meta-data/iam/security-credentials/another")).status, 404);
    now = { ...here, roleArn: "arn:aws:iam::111111111111:role/forbidden" };
    const refused = (await (await read("/meta-data/iam/security-credentials/forbidden")).json()) as { Code: string };
    assert.equal(refused.Code, "AssumeRoleUnauthorizedAccess");
  });

  it("knows only the VPC's instances", async () => {
    now = instance;
    assert.equal((await read("/meta-data/instance-id")).status, 404);
  });
});
