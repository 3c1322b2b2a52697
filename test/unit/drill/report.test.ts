import assert from "node:assert/strict";
import { describe as line, summary, table } from "../../../scripts/drill/report.ts";
import { outcome } from "./outcome.ts";

const failed = outcome({
  name: "link-cut",
  passed: false,
  notes: ["7 samples are missing"],
  secondsToFire: undefined,
  samples: undefined,
});

describe("the report of drills", () => {
  it("describes a drill in one line", () => {
    assert.equal(
      line(outcome()),
      "passed  receiver-disk-full: the receiver's data volume is full; LinkBehind of the sender fired after 21 s, " +
        "recovered in 10 s; 40000 samples compared, 0 missing",
    );
  });

  it("lists the failures below the line", () => {
    const [first = "", second] = line(failed).split("\n");
    assert.match(first, /^FAILED {2}link-cut: .* did not fire, .*; nothing compared$/);
    assert.equal(second?.trim(), "7 samples are missing");
  });

  it("has a row for each drill, in columns", () => {
    assert.equal(
      table([outcome(), failed]),
      [
        "drill               alert       side    in production          fires  recovers  compared  missing",
        "receiver-disk-full  LinkBehind  sender  for 5m, threshold 120   21 s      10 s     40000        0  passed",
        "link-cut            LinkBehind  sender  for 5m, threshold 120      -      10 s         -        -  FAILED",
      ].join("\n"),
    );
  });

  it("counts the results", () => {
    assert.equal(summary([outcome()]), "1 of 1 drills passed, 40000 samples compared, 0 missing");
    assert.equal(
      summary([outcome(), failed]),
      "1 of 2 drills passed, 40000 samples compared, 0 missing; failed: link-cut",
    );
  });
});
