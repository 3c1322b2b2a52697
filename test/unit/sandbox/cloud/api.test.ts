import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { clientsOf } from "@metrics-link/sandbox/cloud/api.ts";

describe("the clients of the sandbox's AWS API", () => {
  it("ask S3 again after a page of HTML with 500, and EC2 not", async () => {
    let requests = 0;
    const server = createServer((request, response) => {
      request.resume();
      requests += 1;
      const isFirst = requests === 1;
      response.writeHead(isFirst ? 500 : 204, { "content-type": "text/html" });
      response.end(isFirst ? "<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n" : "");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const keys = { accessKeyId: "key", secretAccessKey: "secret" };
      const { ec2, s3 } = clientsOf({ endpoint: `http://127.0.0.1:${port}`, admin: () => keys })("1", "eu-west-1");
      await s3.deleteBucket({ Bucket: "metrics-link-sender" });
      assert.equal(requests, 2);
      requests = 0;
      await assert.rejects(ec2.describeVpcs({}));
      assert.equal(requests, 1);
    } finally {
      server.close();
    }
  });
});
