import assert from "node:assert/strict";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { outputsOf } from "./contracts.ts";
import { scratchReceiver } from "./scratch-receiver.ts";

describe("npm run fleet, where a person would go on too soon", () => {
  const { run, contractFile, files, added, at } = scratchReceiver("fleet-advice-test");

  it("remove of the last file keeps the folder in git, without which no update works", async () => {
    await added("shop", "8.8.8.8");
    await added("other", "8.8.8.9");
    assert.doesNotMatch((await run("remove", "other")).out, /gitkeep/);
    const { out } = await run("remove", "shop");
    assert.match(
      out,
      /removed fleet\/senders\/shop\.json.* commit fleet\/senders\/shop\.json and fleet\/senders\/\.gitkeep alone/s,
    );
    assert.deepEqual(files(), [".gitkeep"]);
    assert.equal((await run("verify", "--files-only")).code, 0);
    rmSync(join(at.checkout, "fleet"), { recursive: true });
    const gone = await run("list", "--files-only");
    assert.match(gone.err, /fleet is "fleet\/senders": .*it is not there.*fleet -- add.*take this key away/);
    assert.doesNotMatch(gone.err, /ENOENT/);
  });

  it("add and update say if the next update would hold the sender all the same", async () => {
    assert.doesNotMatch((await added("shop", "8.8.8.8")).out, /hold/);
    const labels = { contractLabels: { labels: { account: "another" } } };
    const other = { ...outputsOf("shop", "8.8.8.8"), ...labels };
    const { out } = await run("update", "shop", "--from", contractFile("next", other), "--yes", "--owner", "x");
    assert.match(out, /wrote fleet\/senders\/shop\.json/);
    const label = ["--label", "account=another"];
    assert.doesNotMatch((await run("update", "shop", "--from", contractFile("next", other), ...label)).out, /hold/);
    const again = await run(
      "update",
      "shop",
      "--from",
      contractFile("back", outputsOf("shop", "8.8.8.8")),
      "--address",
      "8.8.8.8",
    );
    assert.match(again.out, /Not as it stands: an update holds shop.*labels/s);
  });

  it("update says what is pinned no more, and when nothing is new", async () => {
    await added("shop", "8.8.8.8");
    const from = ["--from", contractFile("shop", outputsOf("shop", "8.8.8.8"))];
    assert.match((await run("update", "shop", ...from, "--yes")).out, /shop\.json stays as it is/);
    const { out } = await run("update", "shop", ...from, "--label", "env=test");
    assert.match(out, /No longer pinned: account="shop"\./);
  });

  it("add and update say to move a contract file out of the checkout, where a review takes it for the program", async () => {
    const outside = await added("shop", "8.8.8.8");
    assert.doesNotMatch(outside.out, /out of the checkout/);
    const inside = join(at.checkout, "shop.json");
    copyFileSync(contractFile("shop", outputsOf("shop", "8.8.8.8")), inside);
    const { out } = await run("update", "shop", "--from", inside, "--yes", "--owner", "another");
    assert.match(out, /Before the review, move .*shop\.json out of the checkout/);
  });

  it("add says that nothing is pinned of a sender that does not tell its labels", async () => {
    const { contractLabels: _, ...silent } = outputsOf("shop", "8.8.8.8");
    const from = contractFile("shop", silent);
    const { out } = await run("add", "shop", "--from", from, "--owner", "team shop", "--yes");
    assert.match(out, /No labels of shop are pinned: its series may carry any .*fleet -- update shop .*--label/s);
    assert.doesNotMatch((await added("other", "8.8.8.9")).out, /No labels/);
  });

  it("add says if it pins what another's series carry, which the gate would then refuse", async () => {
    assert.doesNotMatch((await added("shop", "8.8.8.8")).out, /refuses/);
    const narrow = ["--from", contractFile("shop", outputsOf("shop", "8.8.8.8")), "--label", "account=shop"];
    assert.equal((await run("update", "shop", ...narrow)).code, 0);
    const { out, code } = await added("bank", "8.8.8.9");
    assert.equal(code, 0);
    assert.match(
      out,
      /shop: its series carry env="test", which is pinned for bank: the gate refuses them.*pin only what tells/s,
    );
  });
});
