import assert from "node:assert/strict";
import { exchangeOf } from "@metrics-link/sandbox/cli/stack-files.ts";
import { statusOf } from "@metrics-link/sandbox/cli/status.ts";
import { must, run } from "../support/commands.ts";
import { counter } from "../support/envoy.ts";
import { eventually } from "../support/eventually.ts";
import { attempt, valid } from "../support/hostile.ts";
import { beforehand, nothingMissing } from "../support/samples.ts";
import { on, place, pulumi, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const folder = "/run/stolen";
const stolen = ["--cert", `${folder}/leaf.pem`, "--key", `${folder}/leaf.key`];
const post = ["--request", "POST", "--data-binary", "nothing"];

describe("a leaf with a leaked key", function () {
  needs(world.link);
  this.timeout(1_200_000);
  let endpoint = "";
  const refused = () => counter("receiver", "envoy_listener_ssl_fail_verify_san");
  const attempted = () => attempt("sender", endpoint, "/api/v1/write", [...post, ...stolen]);

  it("is refused after the peer's next update, on new and open connections, and no sample is lost", async () => {
    const from = beforehand();
    endpoint = (await statusOf(sandbox, 1)).link.endpoint ?? "";
    const { chain, key } = await valid();
    await place("sender", `${folder}/leaf.pem`, chain);
    await place("sender", `${folder}/leaf.key`, key);
    assert.equal((await attempted()).status, 415, "it works as long as nobody has done anything");

    const printed = await must("rotate", "leaf", "--emergency", "--stack", "sender", "--no-compare");
    assert.match(printed, /it is the turn of organization\/metrics-link\/receiver/);
    const second = await run("rotate", "leaf", "--emergency", "--stack", "sender", "--no-compare");
    assert.match(second.printed, /still expects the name before/);

    // A connection of the thief's that is open before: it asks again every second.
    await on("sender", "systemd-run", "--unit", "stolen", "--quiet", "/bin/bash", "-c", openConnection(endpoint));
    await eventually(
      "an open connection of the old leaf",
      async () => ((await established()) ? true : undefined),
      10_000,
      250,
    );

    await pulumi().must(["up", "-s", "receiver", "--yes", "--skip-preview"]);
    const before = await refused();
    assert.equal((await attempted()).status, 0);
    assert.ok((await refused()) > before);
    await eventually("the old connection to end", async () => ((await established()) ? undefined : true), 30_000, 250);
    await nothingMissing(from, 20 * 500);
    await pulumi().up(exchangeOf("receiver"));
    assert.match(await must("rotate", "status", "--stack", "sender"), /nothing is under way/);
  });

  /** Handshakes once, and holds the connection. */
  const openConnection = (address: string) =>
    `sleep 600 | openssl s_client -quiet -connect ${address} -cert ${folder}/leaf.pem -cert_chain ${folder}/leaf.pem -key ${folder}/leaf.key -alpn h2`;
  const established = async () => (await on("sender", "/bin/sh", "-c", "pgrep -x openssl || true")).trim() !== "";
});
