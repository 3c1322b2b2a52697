import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { Pulumi } from "@metrics-link/sandbox/cli/pulumi.ts";

/** As the engine prints a failed update: the errors, then every output of the stack, then the counts. */
const failed = (error: string) => `Diagnostics:
  aws:s3:BucketObjectv2 (sender-release):
    error: ${error}

Outputs:
  - contract: {
${Array.from({ length: 60 }, (_, line) => `      - line${line}: "a"`).join("\n")}
    }

Resources:
    70 unchanged
    2 errored
`;
const lacks = (what: string) =>
  `operation error S3: PutObject, https response error StatusCode: 403, api error AccessDenied: User: arn:aws:sts::111111111111:assumed-role/metrics-link-deploy/ci is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::releases/a.json because no ${what} allows the s3:PutObject action`;

describe("a pulumi command that fails", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "metrics-link-pulumi-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** What is thrown when it prints this. */
  async function thrown(printed: string): Promise<string> {
    writeFileSync(join(directory, "printed"), printed);
    const script = `#!/bin/sh\ncat ${join(directory, "printed")}\nexit 1\n`;
    writeFileSync(join(directory, "pulumi"), script, { mode: 0o755 });
    const environment = { PATH: [directory, process.env.PATH].join(delimiter) };
    return new Pulumi(directory, environment, directory).must(["stack", "export"]).then(
      () => assert.fail("it did not fail"),
      ({ message }: Error) => message,
    );
  }

  it("says what is wrong and not what the outputs are", async () => {
    const message = await thrown(failed("the disk is full"));
    assert.match(message, /error: the disk is full\n\nResources:\n {4}70 unchanged/);
    assert.doesNotMatch(message, /line59|an administrator/);
  });

  for (const [what, where] of [
    ["identity-based policy", "policies"],
    ["permissions boundary", "permissions boundary"],
  ] as const) {
    it(`says whose right is missing, for what, and what to do, where no ${what} allows it`, async () => {
      const message = await thrown(failed(lacks(what)));
      assert.ok(message.includes(lacks(what)), message);
      assert.ok(
        message.endsWith(
          `; an administrator compares the ${where} of role metrics-link-deploy with docs/deploy.md, "Policies of each stack", and allows s3:PutObject; the same command then goes on where it stopped`,
        ),
        message,
      );
    });
  }
});
