import assert from "node:assert/strict";
import { selfSigned } from "../../support/openssl.ts";
import type { Registration } from "../support/recording.ts";
import { build, type Role } from "./stacks.ts";

describe("a host of arm64", () => {
  const own = selfSigned("own");
  const host = { imageId: "ami-0deb1a13000000001", instanceType: "t4g.small", architecture: "arm64" };

  for (const role of ["sender", "receiver"] as const satisfies readonly Role[]) {
    it(`of the ${role} is refused while its tools are not there, before any resource`, async () => {
      const seen: Registration[] = [];
      await assert.rejects(
        build(role, { root: own.pem, change: { "metrics-link:host": host }, seen }),
        /TOOLS_NOT_PINNED: Tools for arm64 are not there[\s\S]*envoy is null: .*for linux-arm64: `npm run pin`/,
      );
      assert.deepEqual(
        seen.map(({ type }) => type).filter((type) => type.startsWith("aws:")),
        [],
      );
    });
  }
});
