import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { layoutOf } from "@metrics-link/sandbox/model/layout.ts";
import { JournalFile } from "../../../scripts/drill/journal.ts";

describe("the journal of drills", () => {
  const directory = mkdtempSync(join(tmpdir(), "drill-journal-"));
  const layout = { ...layoutOf("/nowhere"), directory };
  after(() => rmSync(directory, { recursive: true }));

  it("tells the next process what to repair, and is removed when empty", () => {
    const alerts = { sender: { LinkBehind: { for: "1m" } } };
    const journal = new JournalFile(layout);
    journal.keepAlerts(alerts);
    journal.begin("link-cut");
    journal.begin("bad-release");
    journal.end("link-cut");
    const left = new JournalFile(layout);
    assert.deepEqual(left.read(), { alerts, broken: ["bad-release"] });
    left.end("bad-release");
    assert.deepEqual(left.read(), { alerts, broken: [] });
    left.alertsAreBack();
    assert.equal(existsSync(join(directory, "drill.json")), false);
    assert.deepEqual(left.read(), { broken: [] });
  });
});
