import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { filesOfState, filesToRead } from "@metrics-link/sandbox/cloud/calls/state.ts";

const file = resolve(import.meta.dirname, "../../../../stacks/iam/state-bucket.json");

interface Statement {
  readonly Sid: string;
  readonly Resource: string | readonly string[];
}

describe("the policy of the bucket with the state", () => {
  const { Statement: statements }: { Statement: readonly Statement[] } = JSON.parse(readFileSync(file, "utf8"));
  const resources = (sid: string) => statements.find(({ Sid }) => Sid === sid)?.Resource;
  const inBucket = (files: readonly string[]) => files.map((name) => `arn:aws:s3:::YOUR-STATE-BUCKET/${name}`);

  it("has the files that the policies of both sides have", () => {
    assert.deepEqual(resources("BothReadWhatIsPublic"), inBucket(filesToRead(["account-a", "account-b"])));
    assert.deepEqual(
      resources("AccountAWritesItsOwn"),
      inBucket(["account-a", "production-sender"].flatMap(filesOfState)),
    );
    assert.deepEqual(
      resources("AccountBWritesItsOwn"),
      inBucket(["account-b", "production-receiver"].flatMap(filesOfState)),
    );
  });

  it("has no stack whose name begins with another's", () => {
    for (const name of filesOfState("account-a"))
      assert.match(name, /\/account-a(\/\*|\.json|\.json\.bak|\.pulumi-tags)$/);
  });
});
