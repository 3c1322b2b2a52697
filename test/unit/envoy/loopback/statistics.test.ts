import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderReceiver, renderSender } from "@metrics-link/prometheus";
import { Authority } from "../support/authority.ts";
import { Link } from "../support/link.ts";

const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");

/** Envoy's metrics that somebody reads, by the side that has them. */
function metricsRead() {
  const common = { scrapeInterval: "15s", externalLabels: { account: "a" } };
  const rules = {
    sender: renderSender({ ...common, linked: true }).ruleGroups,
    receiver: renderReceiver({ ...common, outOfOrderTimeWindow: "24h", senders: ["a"] }).ruleGroups,
  };
  const either = ["docs/dashboards/metrics-link.json", "docs/operate.md", "docs/runbooks/EnvoyOverloaded.md"].map(read);
  return {
    sender: namesIn(JSON.stringify(rules.sender)),
    receiver: namesIn(JSON.stringify(rules.receiver)),
    either: namesIn([...either, read("docs/runbooks/CertificateNotReady.md")].join("\n")),
  };
}

/** Not names of labels, nor the beginning of a name that is written in short. */
const namesIn = (text: string): readonly string[] => {
  const found = text.match(/\benvoy_\w+/g) ?? [];
  return [...new Set(found)].filter((name) => !/_(prefix|class|name|address|certificate)$|_$/.test(name));
};

describe("the statistics that Envoy keeps", function () {
  this.timeout(60_000);
  let directory: string;
  let link: Link;
  let pages: Readonly<Record<"sender" | "receiver", readonly string[]>>;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "statistics-"));
    const other = (name: string, address: string) => ({
      dnsName: `metrics-sender.${name}.internal`,
      addresses: [address],
      root: new Authority(directory, name).root,
    });
    link = await Link.up({ otherSenders: { c: other("c", "127.0.0.2"), d: other("d", "127.0.0.3") } });
    assert.equal(await link.write(), 204);
    const lines = (page: string) => page.split("\n").filter((line) => /^\w/.test(line));
    pages = { sender: lines(await link.sender.metrics()), receiver: lines(await link.receiver.metrics()) };
  });
  after(async () => {
    await link?.down();
    rmSync(directory, { recursive: true });
  });

  const names = (side: "sender" | "receiver") => new Set(pages[side].map((line) => line.replace(/[{ ].*/, "")));

  it("are all that alerts, dashboard, runbooks and the tables for operators read", () => {
    const wanted = metricsRead();
    assert.ok(wanted.sender.length > 5 && wanted.receiver.length > 9 && wanted.either.length > 15);
    for (const side of ["sender", "receiver"] as const) {
      assert.deepEqual(
        wanted[side].filter((name) => !names(side).has(name)),
        [],
      );
    }
    const both = new Set([...names("sender"), ...names("receiver")]);
    assert.deepEqual(
      wanted.either.filter((name) => !both.has(name)),
      [],
    );
  });

  it("are these of each sender, whether it has written or not", () => {
    const ofSender = (name: string) =>
      pages.receiver
        .filter((line) => new RegExp(`="(sender_|trusted-ca-)${name}"`).test(line))
        .map((line) =>
          line.replace(/ .*/, "").replace(`sender_${name}"`, 'NAME"').replace(`trusted-ca-${name}"`, 'NAME"'),
        )
        .sort();
    const each = [
      'envoy_connection_limit_active_connections{envoy_connection_limit_prefix="NAME"}',
      'envoy_connection_limit_limited_connections{envoy_connection_limit_prefix="NAME"}',
      ...["2", "4", "5"].map(
        (digit) =>
          `envoy_http_downstream_rq_xx{envoy_response_code_class="${digit}",envoy_http_conn_manager_prefix="NAME"}`,
      ),
      'envoy_sds_key_rotation_failed{envoy_xds_resource_name="NAME"}',
    ];
    for (const name of ["a", "c", "d"]) assert.deepEqual(ofSender(name), each);
  });

  it("let the agent see handshakes and refusals, as the audit shows them", async () => {
    const { counters } = await link.running("receiver");
    assert.equal(counters["listener.ingest.ssl.handshake"], 1);
  });
});
