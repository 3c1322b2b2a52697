import { strict as assert } from "node:assert";
import http, { type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { readAll } from "@metrics-link/sandbox/services/front/forward.ts";
import { type Entrance, type FrontOptions, frontListener } from "@metrics-link/sandbox/services/front/front.ts";
import { credentialScope } from "@metrics-link/sandbox/services/front/scope.ts";

const signed = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

describe("a credential scope", () => {
  it("is read from the Authorization header", () => {
    assert.deepEqual(credentialScope(signed("secretsmanager")), {
      accessKeyId: "AKIAIOSFODNN7EXAMPLE",
      region: "eu-west-1",
      service: "secretsmanager",
    });
    for (const other of [undefined, "", "Bearer x", "AWS4-HMAC-SHA256 Credential=AKIA/2026/eu-west-1"]) {
      assert.equal(credentialScope(other), undefined);
    }
  });
});

describe("the front", () => {
  let moto: http.Server;
  let front: http.Server;
  let seen: { request: IncomingMessage; body: string }[];
  let answer: { status: number; body: string };
  let changes: number;
  let entrance: Entrance;

  const start = (listener: http.RequestListener) => {
    const server = http.createServer(listener);
    return new Promise<http.Server>((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
  };
  const at = (server: http.Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  beforeEach(async () => {
    seen = [];
    answer = { status: 200, body: "answer" };
    changes = 0;
    entrance = { way: () => ({ context: { "aws:SourceIp": "203.0.113.10" }, endpointPolicy: '{\n"Statement": []}' }) };
    moto = await start(async (request, response) => {
      seen.push({ request, body: (await readAll(request)).toString() });
      response.writeHead(answer.status, { "x-amz-version-id": "7" }).end(answer.body);
    });
    const options: FrontOptions = {
      moto: at(moto),
      completions: [
        {
          service: "ssm",
          operations: ["SendCommand"],
          complete: async ({ account, input }) => ({ status: 200, body: { account, input } }),
        },
      ],
      onSecurityGroupChange: async () => {
        changes += 1;
      },
      log: () => {},
    };
    front = await start((request, response) => frontListener(options, entrance)(request, response));
  });
  afterEach(() => {
    moto.close();
    front.close();
  });

  const call = (path: string, service: string, init: RequestInit = {}) =>
    fetch(at(front) + path, { ...init, headers: { authorization: signed(service), ...init.headers } });
  const ec2 = (action: string) => call("/", "ec2", { method: "POST", body: new URLSearchParams({ Action: action }) });

  it("forwards method, path, query, Host, headers and body unchanged", async () => {
    const response = await call("/b/a%20b%2Fc?x=%2F&y", "s3", {
      method: "PUT",
      body: "content",
      headers: { "X-Amz-Meta-A": "1" },
    });
    assert.deepEqual(
      [response.status, response.headers.get("x-amz-version-id"), await response.text()],
      [200, "7", "answer"],
    );
    const [{ request, body } = assert.fail()] = seen;
    assert.deepEqual([request.method, request.url, body], ["PUT", "/b/a%20b%2Fc?x=%2F&y", "content"]);
    assert.equal(request.headers.host, new URL(at(front)).host);
    assert.equal(request.headers["x-amz-meta-a"], "1");
  });

  it("sets the network context, and lets no caller set it", async () => {
    await call("/", "sts", {
      headers: {
        "X-Sandbox-Context": '{"aws:SourceIp":"1.1.1.1"}',
        "X-Sandbox-Endpoint-Policy": "{}",
        "X-Moto-Account-Id": "222222222222",
      },
    });
    const { headers } = seen[0]?.request ?? assert.fail();
    assert.equal(headers["x-sandbox-context"], '{"aws:SourceIp":"203.0.113.10"}');
    assert.equal(headers["x-sandbox-endpoint-policy"], '{"Statement":[]}');
    assert.equal(headers["x-moto-account-id"], undefined);
  });

  it("refuses moto's own interfaces and unsigned requests, in the caller's protocol", async () => {
    for (const path of ["/moto-api/reset", "//moto-api", "/%6Doto-api", "/latest/meta-data/"]) {
      assert.equal((await call(path, "s3")).status, 403, path);
    }
    const unsigned = await fetch(at(front), { headers: { "x-amz-target": "AmazonSSM.SendCommand" } });
    assert.deepEqual(((await unsigned.json()) as { __type: string }).__type, "MissingAuthenticationToken");
    assert.equal(seen.length, 0);
  });

  it("serves only the endpoint's own service at an interface endpoint", async () => {
    entrance = { ...entrance, service: "ssm" };
    assert.equal((await call("/", "secretsmanager")).status, 403);
    assert.equal((await call("/", "ssm")).status, 200);
  });

  it("completes a call once moto has authorised it", async () => {
    const send = () =>
      call("/", "ssm", { method: "POST", body: '{"A":1}', headers: { "x-amz-target": "AmazonSSM.SendCommand" } });
    answer = {
      status: 200,
      body: '{"Account":"111111111111","Region":"eu-west-1","Caller":"arn:aws:iam::111111111111:user/one"}',
    };
    assert.deepEqual(await (await send()).json(), { account: "111111111111", input: { A: 1 } });
    answer = { status: 400, body: '{"__type":"AccessDeniedException"}' };
    const refused = await send();
    assert.deepEqual([refused.status, await refused.text()], [400, '{"__type":"AccessDeniedException"}']);
  });

  it("announces changed security groups before it answers, and nothing else", async () => {
    await ec2("DescribeInstances");
    answer = { status: 403, body: "" };
    await ec2("AuthorizeSecurityGroupIngress");
    assert.equal(changes, 0);
    answer = { status: 200, body: "" };
    for (const action of ["AuthorizeSecurityGroupIngress", "RevokeSecurityGroupEgress", "ModifySecurityGroupRules"]) {
      await ec2(action);
    }
    assert.equal(changes, 3);
  });

  it("refuses EC2 calls that nothing would realise", async () => {
    const response = await ec2("RunInstances");
    assert.deepEqual([response.status, response.headers.get("x-amzn-errortype")], [400, "UnsupportedOperation"]);
    assert.equal(seen.length, 0);
  });

  it("answers 502 when moto has ended", async () => {
    moto.close();
    assert.equal((await call("/", "sts")).status, 502);
  });
});
