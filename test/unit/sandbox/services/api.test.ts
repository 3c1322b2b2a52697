import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { createReadStream, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheDirectory } from "@metrics-link/release";
import { type Layout, layoutOf } from "@metrics-link/sandbox/model/layout.ts";
import { awsAuthority, openAuthority } from "@metrics-link/sandbox/services/authority.ts";
import { frontListener } from "@metrics-link/sandbox/services/front/front.ts";
import { type AccessKey, type Moto, startMoto } from "@metrics-link/sandbox/services/moto/moto.ts";
import { aws4, S3, STS } from "@metrics-link/sandbox/testing/clients.ts";

const run = promisify(execFile);
const [sender, receiver, tools] = ["111111111111", "222222222222", "999999999999"] as const;
const region = "eu-west-1";

describe("the AWS API front before moto", () => {
  let directory: string;
  let layout: Layout;
  let moto: Moto;
  let plain: http.Server;
  let secure: https.Server;
  let caFile: string;

  before(async function () {
    assert.equal(process.getuid?.(), 0, "this test must run as root: the sandbox does");
    this.timeout(60_000);
    directory = mkdtempSync(join(tmpdir(), "metrics-link-front-"));
    layout = layoutOf(directory, "test", directory);
    const authority = await openAuthority(layout.authorityDirectory, awsAuthority);
    moto = await startMoto({
      python: join(cacheDirectory(), "bin", "moto-python"),
      seed: "test",
      accounts: [sender, receiver],
      toolsAccount: tools,
      deployRole: "metrics-link-deploy",
      log: join(directory, "moto.log"),
    });
    const options = {
      moto: moto.endpoint,
      completions: [],
      onSecurityGroupChange: async () => undefined,
      log: (line: string) => console.error(line),
    };
    plain = http.createServer(frontListener(options, { way: () => ({ context: { "aws:SecureTransport": "true" } }) }));
    const certificate = await authority.issue(["*.eu-west-1.amazonaws.com", "*.s3.eu-west-1.amazonaws.com"]);
    secure = https.createServer(certificate, frontListener(options, { way: () => ({ context: {} }) }));
    await Promise.all([listening(plain), listening(secure)]);
    caFile = layout.authorityCertificate;
  });

  after(async () => {
    plain?.close();
    secure?.close();
    await moto?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const listening = (server: http.Server | https.Server) =>
    new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const portOf = (server: http.Server | https.Server) => (server.address() as AddressInfo).port;
  const endpoint = () => `http://127.0.0.1:${portOf(plain)}`;
  const sts = (credentials: AccessKey) => new STS({ region, endpoint: endpoint(), credentials, maxAttempts: 1 });
  const clientOf = (owner: string) =>
    new S3({ region, credentials: moto.keys.admins[owner] as AccessKey, forcePathStyle: true, endpoint: endpoint() });

  it("accepts a valid signature", async () => {
    const { Account, Arn } = await sts(moto.keys.deployer).getCallerIdentity({});
    assert.deepEqual([Account, Arn], [tools, `arn:aws:iam::${tools}:user/deployer`]);
  });

  it("refuses a wrong secret key and another account's secret key", async () => {
    const { accessKeyId } = moto.keys.deployer;
    const other = moto.keys.admins[receiver]?.secretAccessKey ?? "";
    for (const secretAccessKey of ["wrong", other]) {
      await assert.rejects(sts({ accessKeyId, secretAccessKey }).getCallerIdentity({}), {
        name: "SignatureDoesNotMatch",
      });
    }
  });

  it("lets the deployer assume the deployment role and nothing else", async () => {
    const assume = (account: string, role: string) =>
      sts(moto.keys.deployer).assumeRole({ RoleArn: `arn:aws:iam::${account}:role/${role}`, RoleSessionName: "test" });
    const { Credentials } = await assume(sender, "metrics-link-deploy");
    assert.ok(Credentials?.AccessKeyId?.startsWith("ASIA"));
    await assert.rejects(assume(sender, "another"), { name: "AccessDenied" });
  });

  it("keeps moto's own interfaces closed", async () => {
    for (const path of ["/moto-api/data.json", "//moto-api/reset", "/%6doto-api/", "/latest/meta-data/"]) {
      const response = await fetch(endpoint() + path, { headers: { authorization: "AWS4-HMAC-SHA256 x" } });
      assert.equal(response.status, 403, path);
    }
    const direct = await fetch(`${moto.endpoint}/moto-api/data.json`);
    assert.equal(direct.status, 403);
  });

  it("serves S3 in path style and virtual-hosted style, over TLS with the sandbox's authority", async () => {
    const credentials = moto.keys.admins[sender];
    assert.ok(credentials);
    const agent = new https.Agent({
      ca: (await openAuthority(layout.authorityDirectory, awsAuthority)).certificate,
      lookup: (_host, _options, done) => done(null, [{ address: "127.0.0.1", family: 4 }]),
    });
    const s3 = (forcePathStyle: boolean) =>
      new S3({
        region,
        credentials,
        forcePathStyle,
        endpoint: `https://s3.${region}.amazonaws.com:${portOf(secure)}`,
        requestHandler: { httpsAgent: agent },
        maxAttempts: 1,
      });
    await s3(true).createBucket({ Bucket: "the-bucket", CreateBucketConfiguration: { LocationConstraint: region } });
    const streamed = join(directory, "streamed");
    writeFileSync(streamed, "streamed");
    for (const pathStyle of [true, false]) {
      const Key = `a folder/${pathStyle} ü+.txt`;
      await s3(pathStyle).putObject({ Bucket: "the-bucket", Key, Body: "content" });
      const stream = createReadStream(streamed);
      await s3(pathStyle).putObject({ Bucket: "the-bucket", Key: `${Key}.2`, Body: stream, ContentLength: 8 });
      const { Body } = await s3(pathStyle).getObject({ Bucket: "the-bucket", Key });
      assert.equal(await Body?.transformToString(), "content");
      const second = await s3(pathStyle).getObject({ Bucket: "the-bucket", Key: `${Key}.2` });
      assert.equal(await second.Body?.transformToString(), "streamed");
    }
    const { Contents } = await s3(false).listObjectsV2({ Bucket: "the-bucket", Prefix: "a folder/" });
    assert.equal(Contents?.length, 4);
  });

  it("accepts curl's own signatures", async () => {
    const credentials = moto.keys.admins[sender];
    assert.ok(credentials);
    const config = join(directory, "curl.conf");
    writeFileSync(config, `user = "${credentials.accessKeyId}:${credentials.secretAccessKey}"\n`, { mode: 0o600 });
    const host = `the-bucket.s3.${region}.amazonaws.com`;
    const url = `https://${host}:${portOf(secure)}/a%20folder/true%20%C3%BC%2B.txt`;
    const arguments_ = [
      "-sS",
      "--fail-with-body",
      "--cacert",
      caFile,
      "-K",
      config,
      "--aws-sigv4",
      `aws:amz:${region}:s3`,
    ];
    const { stdout } = await run("curl", [...arguments_, "--resolve", `${host}:${portOf(secure)}:127.0.0.1`, url]);
    assert.equal(stdout, "content");
  });

  it("deletes each version by itself where versioning is suspended, and delete markers too", async () => {
    const Bucket = "suspended";
    const s3 = clientOf(sender);
    const versioning = (Status: "Enabled" | "Suspended") =>
      s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status } });
    await s3.createBucket({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } });
    await versioning("Enabled");
    const first = await s3.putObject({ Bucket, Key: "key", Body: "first" });
    const second = await s3.putObject({ Bucket, Key: "key", Body: "second" });
    const marker = await s3.deleteObject({ Bucket, Key: "key" });
    await versioning("Suspended");
    const remove = (VersionId: string | undefined) =>
      s3.deleteObjects({ Bucket, Delete: { Objects: [{ Key: "key", VersionId }] } });
    await remove(second.VersionId);
    const { Versions, DeleteMarkers } = await s3.listObjectVersions({ Bucket });
    assert.deepEqual(
      [Versions, DeleteMarkers].map((list) => list?.map(({ VersionId }) => VersionId)),
      [[first.VersionId], [marker.VersionId]],
    );
    await remove(marker.VersionId);
    await remove(first.VersionId);
    await s3.deleteBucket({ Bucket });
  });

  it("opens no file for a listing that it has answered", async () => {
    const s3 = clientOf(sender);
    const Bucket = "the-bucket";
    // Above 5 MiB, moto keeps a content in a file.
    await s3.putObject({ Bucket, Key: "large", Body: Buffer.alloc(6 * 1024 * 1024) });
    const open = () => readdirSync(`/proc/${moto.pid}/fd`).length;
    const before = open();
    for (let listing = 0; listing < 20; listing += 1) await s3.listObjectVersions({ Bucket });
    assert.ok(open() < before + 10, `${open()} files are open, before there were ${before}`);
  });

  it("says what failed in moto, in a form that SDKs read", async () => {
    const { host } = new URL(endpoint());
    const request = { method: "POST", path: "/the-bucket?delete=", body: "no XML" };
    const { headers } = aws4.sign({ ...request, service: "s3", region, host }, moto.keys.admins[sender]);
    const answer = await fetch(endpoint() + request.path, { ...request, headers: headers as Record<string, string> });
    assert.equal(answer.status, 500);
    assert.match(
      await answer.text(),
      /^<Error><Code>InternalError<\/Code><Message>moto failed: ExpatError: .*<\/Message><\/Error>$/,
    );
  });
});
