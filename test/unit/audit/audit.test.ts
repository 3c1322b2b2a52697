import assert from "node:assert/strict";
import {
  type AuditEvidence,
  audit,
  exitCodes,
  findingsOf,
  outcomeOf,
  page as renderPage,
  surroundings,
} from "@metrics-link/audit";
import { evidenceParts } from "@metrics-link/release";
import { healthy } from "./support/healthy.ts";
import { hostOf, lies, type Open, type Stack } from "./support/lies.ts";

function changed(at: "sender" | "receiver", change: (stack: Stack) => void): AuditEvidence {
  const evidence = healthy() as Open<AuditEvidence>;
  const stack = evidence.stacks.find((one) => one.stack === at);
  if (stack === undefined) throw new Error(`there is no stack ${at}`);
  change(stack);
  return evidence as AuditEvidence;
}

const linesOf = (evidence: AuditEvidence, severity: "critical" | "not known") =>
  findingsOf(audit(evidence), severity).map(({ subject, what }) => `${subject}: ${what}`);

describe("an audit", () => {
  it("of a healthy link has no findings and no unknown results", () => {
    const judged = audit(healthy());
    assert.deepEqual(linesOf(healthy(), "critical"), []);
    assert.deepEqual(linesOf(healthy(), "not known"), []);
    assert.equal(exitCodes[judged.verdict], 0);
  });

  for (const { what, at, change, told } of lies) {
    it(`finds ${what}`, () => {
      const evidence = changed(at, change);
      assert.match(linesOf(evidence, "critical").join("\n"), told);
      assert.equal(exitCodes[audit(evidence).verdict], 1);
    });
  }

  describe("of a stack with an exchange", () => {
    const exchange = "organization/metrics-link/account-a";
    const withExchange = (shows: (own: Stack["contract"]) => Stack["shown"]) =>
      changed("sender", (stack) => {
        stack.configuration = { ...stack.configuration, exchange };
        stack.shown = shows(stack.contract);
      });

    it("passes one that shows what is in force", () => {
      const evidence = withExchange((own) => structuredClone(own));
      assert.deepEqual([...linesOf(evidence, "critical"), ...linesOf(evidence, "not known")], []);
    });

    it("finds one that shows something else, and says that it was not read", () => {
      const other = withExchange((own) => ("error" in own ? own : { value: { ...own.value, trusts: [] } }));
      assert.match(
        linesOf(other, "critical").join(),
        /account-a shows something else than this stack has put in force/,
      );
      const unread = withExchange(() => ({ error: "no such stack" }));
      assert.match(linesOf(unread, "not known").join(), /what the exchange stack shows: no such stack/);
    });
  });

  describe("of a suspended peer", () => {
    const suspend = (stack: Stack) => {
      for (const peer of stack.peers) peer.suspended = "its key is out";
    };
    for (const at of ["receiver", "sender"] as const) {
      it(`finds a root, rule, filter chain or cluster of the peer that the ${at} still has`, () => {
        const found = linesOf(changed(at, suspend), "critical").join("\n");
        assert.match(found, /is suspended: the last update still trusted it; the release has .*; Envoy still holds/);
        assert.match(
          found,
          at === "receiver" ? /who is let in.* also has ingress tcp 443/ : /may go: .* also has egress/,
        );
        assert.match(
          found,
          at === "receiver" ? /lead to Prometheus: Envoy also has account-a/ : /cluster receiver leaves/,
        );
      });
    }

    it("says on the page that nobody can write, and why", () => {
      const evidence = changed("receiver", suspend);
      const text = renderPage(evidence, audit(evidence));
      assert.match(text, /account-a[\s\S]*suspended: nobody[\s\S]*its key is out/);
    });
  });

  it("waits for the first snapshot as long as for the next, from when volume and policy are there", () => {
    const of = (volume: string, policy: string) =>
      changed("receiver", ({ snapshots }) => {
        if ("error" in snapshots) return;
        Object.assign(snapshots.value.policies[0] ?? {}, { madeAt: `2026-11-${policy}:00.000Z` });
        Object.assign(snapshots.value.volumes[0] ?? {}, { madeAt: `2026-11-${volume}:00.000Z`, newest: undefined });
      });
    assert.deepEqual(linesOf(of("24T11:01", "01T00:00"), "critical"), []);
    assert.deepEqual(linesOf(of("01T00:00", "24T11:01"), "critical"), []);
    assert.match(linesOf(of("24T10:59", "24T10:59"), "critical").join(), /vol-1 has no snapshot, 49 hours after/);
  });

  it("asks for no snapshot where none is taken", () => {
    const evidence = changed("receiver", (stack) => {
      stack.configuration.host.snapshots.keep = 0;
      stack.snapshots = {
        value: { policies: [], volumes: [{ id: "vol-1", madeAt: "1999-01-01", newest: undefined }] },
      };
    });
    assert.deepEqual(linesOf(evidence, "critical"), []);
    assert.match(renderPage(evidence, audit(evidence)), /none is taken, by host\.snapshots\.keep: 0/);
  });

  it("accepts a declared deviation before its end date", () => {
    const evidence = changed("sender", (stack) =>
      stack.deviations.push({ policy: "p", reason: "r", until: "2026-11-26" }),
    );
    assert.deepEqual(linesOf(evidence, "critical"), []);
  });

  for (const part of ["contract", "pki", "declared", "observed", "snapshots", "host", "changes", "updates"] as const) {
    it(`does not pass a check whose source it could not read: ${part}`, () => {
      const evidence = changed("receiver", (stack) => {
        stack[part] = { error: "nobody answered" };
      });
      const judged = audit(evidence);
      assert.ok(linesOf(evidence, "not known").some((line) => line.endsWith("nobody answered")));
      assert.deepEqual([judged.verdict, exitCodes[judged.verdict]], ["not known", 3]);
    });
  }

  for (const part of surroundings) {
    it(`does not pass a check of AWS that was refused: ${part}`, () => {
      const evidence = changed("receiver", (stack) => {
        stack.surroundings[part] = { error: "AccessDenied" };
      });
      const unknown = linesOf(evidence, "not known");
      // Two checks read the routes.
      const checks = part === "routes" ? 2 : 1;
      assert.ok(unknown.length === checks && unknown.every((one) => one.endsWith("AccessDenied")), unknown.join("\n"));
      assert.deepEqual(linesOf(evidence, "critical"), []);
    });
  }

  it("knows what GuardDuty puts into a network, and shows it", () => {
    const groupName = "GuardDutyManagedSecurityGroup-vpc-0123456789abcdef0";
    const evidence = changed("receiver", ({ observed }) => {
      if ("error" in observed) return;
      const rules = ["ingress tcp 443 10.20.0.0/16", "egress any all 0.0.0.0/0"];
      observed.value.groups.push({ id: "sg-9", name: "GuardDuty", groupName, rules });
      observed.value.endpoints.push({ id: "vpce-9", service: "com.amazonaws.eu-west-1.guardduty-data" });
    });
    assert.deepEqual(linesOf(evidence, "critical"), []);
    assert.match(renderPage(evidence, audit(evidence)), /GuardDuty \(sg-9\)[\s\S]*guardduty-data \(vpce-9\)/);
  });

  for (const part of evidenceParts) {
    it(`does not pass a check that a host did not answer: ${part}`, () => {
      const evidence = changed("receiver", (stack) => {
        hostOf(stack)[part] = { error: "permission denied" } as never;
      });
      assert.ok(linesOf(evidence, "not known").some((line) => line.endsWith("permission denied")));
      assert.deepEqual(linesOf(evidence, "critical"), []);
    });
  }

  it("without any source leaves every check unknown", () => {
    assert.equal(audit({ takenAt: "", source: undefined, stacks: [] }).verdict, "not known");
  });

  it("reports to each stack's host the number of checks by outcome, and the findings by name", () => {
    const evidence = changed("sender", (stack) => {
      stack.changes = { value: [{ operation: "create", resource: "aws:ec2/eip:Eip sender-address" }] };
      stack.updates = { error: "nobody answered" };
    });
    const judged = audit(evidence);
    const [sender, receiver] = ["sender", "receiver"].map((stack) => outcomeOf(judged, stack, evidence.takenAt));
    assert.deepEqual(sender?.findings, [
      { fence: "address", about: "the address that samples come from" },
      { fence: "none", about: "what an update of sender would change" },
    ]);
    assert.equal(sender?.checks["not known"], 1);
    assert.deepEqual([receiver?.findings, receiver?.checks["not known"]], [[], 0]);
    const all = [sender, receiver].flatMap((one) => Object.values(one?.checks ?? {}));
    assert.equal(
      all.reduce((sum, one) => sum + one, 0),
      judged.sections.flatMap(({ findings }) => findings).length,
    );
  });
});
