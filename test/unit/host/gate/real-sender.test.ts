import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { eventually } from "../../../support/eventually.ts";
import { configuration } from "../../gate/examples.ts";
import { BarePrometheus, GateProcess } from "./processes.ts";

const listening = (server: Server): Promise<string> =>
  new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`)),
  );

/** A target with whatever a target may have: exemplars, names and values of UTF-8, created timestamps, odd numbers. */
const pageNow = () => `# HELP shop_seconds How long it takes.
# TYPE shop_seconds histogram
# UNIT shop_seconds seconds
shop_seconds_bucket{le="1.0"} 3 # {trace_id="7c",account="a customer's"} 0.${Date.now()}
shop_seconds_bucket{le="+Inf"} 4
shop_seconds_count 4
shop_seconds_sum 9.5
shop_seconds_created 1700000000.5
# TYPE shop_orders counter
shop_orders_total{Account="222",zone=""} 17 # {order="ü"} ${Date.now()}
shop_orders_created 1700000000.5
# TYPE odd gauge
odd{kind="NaN"} NaN
odd{kind="infinite"} -Inf
odd{kind="zero"} 0
odd{kind="Zürich 東京"} 1e300
{"a name.with/other characters","label.too"="x"} 1
# EOF
`;

describe("a real sender's Prometheus", function () {
  this.timeout(60_000);
  let target: Server;
  let receiver: BarePrometheus;
  before(async () => {
    target = createServer((_request, response) => {
      response.setHeader(
        "content-type",
        "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
      );
      response.end(pageNow());
    });
    await listening(target);
    receiver = await BarePrometheus.start();
  });
  after(async () => {
    target?.close();
    await receiver?.stop();
  });

  // Prometheus 3.13.5 writes exemplars of version 2 as series of their own, without a sample, which its receiver answers with 400.
  for (const [version, message, kinds] of [
    [1, "prometheus.WriteRequest", ["samples", "histograms", "exemplars"]],
    [2, "io.prometheus.write.v2.Request", ["samples", "histograms"]],
  ] as const) {
    it(`writes only what the gate takes, in version ${version}`, async () => {
      const gate = await GateProcess.start(configuration, receiver.url);
      // In the place of both Envoys.
      const envoy = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", async () => {
          const pairs = Object.entries(request.headers).flatMap(([name, value]) =>
            typeof value === "string" && !/^(host|content-length|connection)$/.test(name)
              ? [[name, value] as const]
              : [],
          );
          const answer = await gate.write(Buffer.concat(chunks), [...pairs, ["x-metrics-link-sender", "a"]]);
          response.writeHead(answer.status, answer.headers).end(answer.text);
        });
      });
      const egress = await listening(envoy);
      const targets = (address: string) => [{ targets: [address] }];
      const sender = await BarePrometheus.start(
        (port) => ({
          global: { scrape_interval: "250ms", scrape_timeout: "250ms", external_labels: { account: "111" } },
          scrape_configs: [
            {
              job_name: "self",
              scrape_native_histograms: true,
              scrape_protocols: ["PrometheusProto"],
              static_configs: targets(`127.0.0.1:${port}`),
            },
            {
              job_name: "shop",
              static_configs: targets(`127.0.0.1:${(target.address() as AddressInfo).port}`),
            },
          ],
          remote_write: [
            {
              url: `http://${egress}/api/v1/write`,
              protobuf_message: message,
              send_exemplars: version === 1,
              send_native_histograms: true,
              metadata_config: { send_interval: "500ms" },
              queue_config: { batch_send_deadline: "250ms" },
            },
          ],
        }),
        ["metadata-wal-records", "created-timestamp-zero-ingestion"],
      );
      try {
        const gateSays = await eventually(`${kinds.join(", ")} are written`, async (note) => {
          const { text } = await gate.get("/metrics");
          note(text.split("\n").filter((line) => /^[^#].*_total/.test(line)));
          const counts = kinds.map((kind) =>
            Number(
              new RegExp(`^metrics_link_gate_written_total\\{sender="a",kind="${kind}"\\} (\\d+)$`, "m").exec(
                text,
              )?.[1],
            ),
          );
          return counts.every((count) => count > 5) ? text : undefined;
        });
        assert.doesNotMatch(gateSays, /refused_series_total\{|faults_total\{/, gate.output);
        assert.doesNotMatch(gateSays, /requests_total\{sender="a",code="(?!20\d)/);
      } finally {
        await sender.stop();
        envoy.closeAllConnections();
        envoy.close();
        await gate.stop();
      }
      assert.ok((await receiver.series()).every(({ account }) => account === "111"));
    });
  }
});
