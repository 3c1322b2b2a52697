import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Layout, layoutOf } from "@metrics-link/sandbox/model/layout.ts";

/** A sandbox of its own for one test, below the system's folder for temporary files. */
export function temporaryLayout(): Layout {
  const name = randomUUID().slice(0, 8);
  return layoutOf("/a/test", name, join(tmpdir(), "metrics-link-test"));
}
