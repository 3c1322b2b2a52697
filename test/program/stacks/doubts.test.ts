import assert from "node:assert/strict";
import { parseConfiguration } from "@metrics-link/config";
import { renderSender } from "@metrics-link/prometheus";
import { doubtsAbout } from "../../../stacks/doubts.ts";
import { example } from "../../unit/config/example.ts";
import { scrapeFile } from "../../unit/prometheus/examples.ts";

describe("a preview's doubts", () => {
  const doubts = (change: Readonly<Record<string, unknown>>, ...jobs: readonly object[]) => {
    const configuration = parseConfiguration({ ...example("sender"), ...change });
    const { scrapeInterval, externalLabels } = configuration.prometheus;
    const scrapeFiles = scrapeFile(...jobs);
    return doubtsAbout(configuration, renderSender({ scrapeInterval, externalLabels, scrapeFiles, linked: true }));
  };
  const jobAt = (job_name: string, ...targets: readonly string[]) => ({ job_name, static_configs: [{ targets }] });

  it("are none about jobs that can work", () => {
    const own = jobAt("own", "127.0.0.1:9903", "localhost:65535", "127.0.0.1:9090", "[::1]:9100", "localhost:9902");
    assert.deepEqual(doubts({}, own, jobAt("elsewhere", "192.0.2.1:80", "192.0.2.1")), []);
  });

  it("name each target on the host at a port of the link's, where nothing can listen", () => {
    const targets = ["127.0.0.1:8080", "localhost:9902", "localhost", "127.0.0.1:8443"];
    const found = doubts({}, jobAt("shop", ...targets), { ...jobAt("tls", "[::1]"), scheme: "https" });
    assert.deepEqual(
      found.map((text) => text.slice(0, text.indexOf(","))),
      [
        "The scrape job shop has the target 127.0.0.1:8080",
        "The scrape job shop has the target localhost",
        "The scrape job shop has the target 127.0.0.1:8443",
        "The scrape job tls has the target [::1]",
      ],
    );
    assert.match(found[0] ?? "", /Let the exporter listen on port 9903 or above$/);
  });

  it("name each job with another label than the sender's, which arrives under another name", () => {
    const labelled = (job_name: string, labels: object) => ({
      job_name,
      static_configs: [{ targets: ["192.0.2.1:80"] }, { targets: ["192.0.2.2:80"], labels }],
    });
    const { account } = (example("sender").prometheus as { externalLabels: { account: string } }).externalLabels;
    const found = doubts(
      {},
      labelled("other", { account: "222" }),
      labelled("own", { account }),
      labelled("side", { link_side: "receives" }),
      labelled("free", { team: "222" }),
    );
    assert.deepEqual(
      found.map((text) => text.slice(0, text.indexOf(":"))),
      [
        "The scrape job side has a label link_side of its own, which arrives at the receiver as exported_link_side",
        "The scrape job other has a label account of its own, which arrives at the receiver as exported_account",
      ],
    );
  });

  it("name an Alertmanager that no endpoint service leads to", () => {
    const prometheus = { ...(example("sender").prometheus as object), alertmanagers: [{ url: "https://am.example" }] };
    assert.match(doubts({ prometheus }).join(), /No host reaches the Alertmanager https:\/\/am\.example/);
    const endpointServices = ["com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"];
    const network = { ...(example("sender").network as object), endpointServices };
    assert.deepEqual(doubts({ prometheus, network }), []);
  });
});
