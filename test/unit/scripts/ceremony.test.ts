import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "../../../scripts/ceremony/commands.ts";
import { repository } from "../../../scripts/stack/context.ts";
import { StackFile } from "../../../scripts/stack/stack-file.ts";

describe("npm run ceremony -- request", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "metrics-link-request-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const requestWith = (outputs: () => Promise<Readonly<Record<string, unknown>>>) => {
    const path = join(folder, "Pulumi.one.yaml");
    copyFileSync(join(repository, "stacks/examples/sender.yaml"), path);
    return request({ stack: "one", file: new StackFile(path), pulumi: { outputs } });
  };

  it("says that a stack without a request must be updated", async () => {
    await assert.rejects(
      requestWith(async () => ({})),
      /one has no certificate request yet/,
    );
  });

  it("says what Pulumi said if it cannot be asked, and not that the stack must be updated", async () => {
    const login = new Error("PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions");
    await assert.rejects(
      requestWith(() => Promise.reject(login)),
      login,
    );
  });
});
