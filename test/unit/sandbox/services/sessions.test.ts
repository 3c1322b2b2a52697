/** Who gets a session of a role, how long it counts, and which requests count as its. */
import { strict as assert } from "node:assert";
import { RoleCredentialsSource } from "@metrics-link/sandbox/services/imds/credentials.ts";
import { IAM, STS } from "@metrics-link/sandbox/testing/clients.ts";
import { Api, everything, receiver, region, roleArn, type Session, sender } from "./api-in-front-of-moto.ts";

const role = roleArn("host");

describe("sessions in the sandbox's AWS API", function () {
  this.timeout(90_000);
  const api = new Api();
  let host: Session;

  before(async () => {
    await api.start();
    await api.hostRole("host");
    host = await api.instanceSession(role);
    await new IAM(api.options(api.admin(sender))).putRolePolicy({
      RoleName: "host",
      PolicyName: "host",
      PolicyDocument: everything,
    });
  });
  after(() => api.stop());

  it("lets only EC2 assume a role that trusts EC2", async () => {
    const { Arn } = await new STS(api.options(host)).getCallerIdentity({});
    assert.equal(Arn, `arn:aws:sts::${sender}:assumed-role/host/i-1`);
    const assume = (credentials: Session) =>
      new STS(api.options(credentials)).assumeRole({ RoleArn: role, RoleSessionName: "x" });
    await assert.rejects(assume(api.moto.keys.deployer), { name: "AccessDenied" });
    await assert.rejects(assume(api.admin(sender)), { name: "AccessDenied" });
    await assert.rejects(assume(api.admin(receiver)), { name: "AccessDenied" });
    await assert.rejects(api.instanceSession(`arn:aws:iam::${sender}:role/metrics-link-deploy`), {
      name: "AccessDenied",
    });
    await assert.rejects(api.instanceSession(`arn:aws:iam::${sender}:role/missing`), { name: "AccessDenied" });
  });

  it("returns the same session until 15 minutes before it expires, then another", async () => {
    let now = new Date();
    const keys = { moto: api.moto.endpoint, imds: api.moto.keys.imds, region };
    const source = new RoleCredentialsSource({ ...keys, now: () => now });
    const [first, same] = [await source.get("i-1", role), await source.get("i-1", role)];
    assert.equal(first, same);
    assert.notEqual((await source.get("i-2", role)).AccessKeyId, first.AccessKeyId);
    now = new Date(Date.parse(first.Expiration) - 16 * 60_000);
    assert.equal(await source.get("i-1", role), first);
    now = new Date(Date.parse(first.Expiration) - 14 * 60_000);
    assert.notEqual((await source.get("i-1", role)).AccessKeyId, first.AccessKeyId);
  });

  it("refuses an altered body, an old request, and a session without its token", async () => {
    const body = "Action=GetCallerIdentity&Version=2011-06-15";
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const send = (more: object) => api.post("sts", body, host, { headers: form, ...more });
    assert.equal((await send({})).status, 200);
    assert.notEqual((await send({ sent: body.replace("2011", "2012") })).status, 200);
    const stale = new Date(Date.now() - 16 * 60_000).toISOString().replace(/[-:]|\.\d+/g, "");
    const old = await send({ headers: { ...form, "X-Amz-Date": stale } });
    assert.match(await old.text(), /Signature expired/);
    const { sessionToken: _, ...tokenless } = host;
    assert.equal((await api.post("sts", body, tokenless, { headers: form })).status, 403);
  });

  it("drops sessions with their role", async () => {
    const iam = new IAM(api.options(api.admin(sender)));
    await iam.deleteRolePolicy({ RoleName: "host", PolicyName: "host" });
    await iam.deleteRole({ RoleName: "host" });
    await assert.rejects(new STS(api.options(host)).getCallerIdentity({}), { name: "InvalidClientTokenId" });
  });
});
