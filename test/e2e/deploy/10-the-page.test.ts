/** docs/deploy.md, done block by block by an ordinary user with an identity in each account. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compareRecent } from "@metrics-link/sandbox/cli/link.ts";
import { bundleProviders } from "@metrics-link/sandbox/plugins/bundle.ts";
import { startWorld } from "@metrics-link/sandbox/world/start.ts";
import { eventually } from "../../support/eventually.ts";
import { Upstream } from "../../unit/toolchain/support/upstream.ts";
import { receiver, report, sandbox, sender } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";
import { matched } from "./match.ts";
import { Desk } from "./support/desk.ts";
import { pinned } from "./support/downloads.ts";
import { prose } from "./support/prose.ts";
import { Walk } from "./support/walk.ts";
import { treatments } from "./treatments.ts";
import { untried } from "./untried.ts";

const page = readFileSync(join(sandbox.repository, "docs/deploy.md"), "utf8");
/** Those of the example. */
const externalLabels = { account: "111111111111" };
const { treated, problems } = matched(page, treatments);

describe("whoever follows docs/deploy.md", function () {
  needs(world.nothing);
  this.timeout(300_000);
  let desk: Desk;
  let upstream: Upstream;
  let walk: Walk;
  let failed = false;

  before(async () => {
    assert.deepEqual(problems, []);
    process.env.METRICS_LINK_SANDBOX_ACCOUNTS = "new";
    await report.step("sandbox of new accounts", (progress) => startWorld(sandbox.layout, { progress }));
    desk = new Desk(sandbox.repository);
    upstream = new Upstream(join(desk.root, "upstream"));
    await upstream.start();
    writeFileSync(join(desk.checkout, "tools.json"), JSON.stringify(pinned(upstream, desk.checkout)));
    const plugins = join(desk.root, "plugins");
    await bundleProviders(plugins);
    walk = new Walk(desk, sandbox.layout, plugins);
    await walk.arrive();
  });
  after(() => {
    upstream?.stop();
    desk?.remove();
    delete process.env.METRICS_LINK_SANDBOX_ACCOUNTS;
  });
  // Each step needs those before it.
  beforeEach(() => assert.ok(!failed, "a step before this one failed"));
  afterEach(function () {
    failed ||= this.currentTest?.state === "failed";
  });

  for (const [index, { block, treatment }] of treated.entries()) {
    if ("shown" in treatment || "elsewhere" in treatment) continue;
    for (const { says, does } of prose.filter(
      ({ before: [heading, begins] }) => block.heading === heading && block.text.startsWith(begins),
    )) {
      it(`does as it says: ${says}`, () => does(desk));
    }
    if ("written" in treatment)
      it(`writes line ${block.line} into ${treatment.written.file}`, () => walk.write(block, treatment.written));
    if ("configured" in treatment) {
      for (const one of treatment.configured)
        it(`writes line ${block.line} into the file of ${one.stack}`, () => walk.configure(one));
    }
    if (!("runs" in treatment)) continue;
    const [first = ""] = block.text.split("\n");
    const people = treatment.runs.map(({ by }) => by).join(" and ");
    // Neither side waits for the other, and a machine has two cores.
    it(`runs line ${block.line} as ${people}: ${first}`, () =>
      Promise.all(treatment.runs.map((run) => walk.run(block, run))));
    if (block.heading === "Check the link" && treated[index + 1]?.block.heading !== block.heading) tryTheUntried();
  }

  function tryTheUntried() {
    it("sees each raw sample of the sender at the receiver", () =>
      eventually(
        "ten seconds of samples, none of them missing",
        async (note) => {
          const compared = await compareRecent(sender, receiver, externalLabels, Date.now() / 1000);
          note(compared);
          const { seconds, missing, different, unexpected } = compared;
          return seconds >= 10 && compared.compared > 0 && missing + different + unexpected === 0
            ? compared
            : undefined;
        },
        60_000,
        1000,
      ));
    for (const [command, tried] of Object.entries(untried)) {
      if (typeof tried === "string") continue;
      it(`tries what is untried on AWS: ${command}`, async () => {
        if ("onHost" in tried) await walk.onHost(tried.onHost, tried.prints);
        else for (const run of tried.runs) await walk.run({ text: tried.types }, run);
      });
    }
  }
});
