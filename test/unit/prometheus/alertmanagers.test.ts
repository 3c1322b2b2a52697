import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import {
  type Alertmanager,
  prometheusFiles,
  receiverFlags,
  releaseFiles,
  renderReceiver,
  secretFilesOf,
} from "@metrics-link/prometheus";
import { eventually } from "../../support/eventually.ts";
import { freePorts } from "../../support/free-ports.ts";
import { selfSigned } from "../../support/openssl.ts";
import { PrometheusProcess } from "./prometheus-process.ts";

const render = (...alertmanagers: Alertmanager[]) =>
  renderReceiver({ scrapeInterval: "1s", externalLabels: {}, outOfOrderTimeWindow: "2h", alertmanagers });

const named: Alertmanager = {
  url: "https://alertmanager.example.com/team",
  ca: "PEM",
  username: "metrics-link",
  secret: "password",
};

describe("Alertmanagers", () => {
  it("are contacted over TLS, with a secret that is only in a file", () => {
    const [config] = render(named).configuration.alerting?.alertmanagers ?? [];
    assert.deepEqual(config, {
      scheme: "https",
      path_prefix: "/team",
      follow_redirects: false,
      static_configs: [{ targets: ["alertmanager.example.com:443"] }],
      tls_config: { ca_file: "alertmanager-0.ca.pem", min_version: "TLS12" },
      basic_auth: { username: "metrics-link", password_file: "alertmanager-0.secret" },
    });
    const paths = prometheusFiles(render(named)).map(({ path }) => path);
    assert.ok(paths.includes(releaseFiles.alertmanagerCa(0)) && !paths.includes(releaseFiles.alertmanagerSecret(0)));
  });

  it("are shown a certificate whose key is only in a secret file", () => {
    const rendering = render({ url: named.url, certificate: "PEM" });
    const [config] = rendering.configuration.alerting?.alertmanagers ?? [];
    assert.deepEqual(config?.tls_config, {
      cert_file: "alertmanager-0.cert.pem",
      key_file: "alertmanager-0.key",
      min_version: "TLS12",
    });
    const paths = prometheusFiles(rendering).map(({ path }) => path);
    assert.ok(
      paths.includes(releaseFiles.alertmanagerCertificate(0)) && !paths.includes(releaseFiles.alertmanagerKey(0)),
    );
    assert.deepEqual(secretFilesOf(rendering), [releaseFiles.alertmanagerKey(0)]);
  });

  it("add the alert for an unreachable Alertmanager", () => {
    const alerts = (rendering: ReturnType<typeof render>) => JSON.stringify(rendering.ruleGroups);
    assert.match(alerts(render(named)), /AlertsNotDelivered/);
    assert.doesNotMatch(alerts(render()), /AlertsNotDelivered/);
    assert.equal(render().configuration.alerting, undefined);
  });

  describe("with a real Prometheus", () => {
    const { key, pem } = selfSigned("localhost", "subjectAltName=DNS:localhost");
    const client = selfSigned("metrics-link");
    const received: { readonly authorization: string | undefined; readonly body: string }[] = [];
    let server: Server;
    let prometheus: PrometheusProcess;

    before(async () => {
      server = createServer(
        { key, cert: pem, ca: client.pem, requestCert: true },
        (request: IncomingMessage, response) => {
          void text(request).then((body) => {
            received.push({ authorization: request.headers.authorization, body });
            response.end();
          });
        },
      );
      await once(server.listen(0, "127.0.0.1"), "listening");
      const { port } = server.address() as AddressInfo;
      const [own = 0] = await freePorts(1);
      prometheus = await PrometheusProcess.start(
        render({ url: `https://localhost:${port}`, ca: pem, secret: "token", certificate: client.pem }),
        receiverFlags({ dataVolumeGiB: 1 }),
        own,
        0,
        { [releaseFiles.alertmanagerSecret(0)]: "a token", [releaseFiles.alertmanagerKey(0)]: client.key },
      );
    });
    after(async () => {
      await prometheus?.stop();
      server?.close();
    });

    it("receive firing alerts in requests with the token and the client certificate", async () => {
      const { authorization, body } = await eventually("an alert", async () => received[0]);
      assert.equal(authorization, "Bearer a token");
      const [alert] = JSON.parse(body) as { labels: Record<string, string>; annotations: Record<string, string> }[];
      assert.deepEqual(alert?.labels, { alertname: "Watchdog", link_side: "receives", severity: "none" });
      assert.equal(alert?.annotations.runbook, "docs/runbooks/Watchdog.md");
    });
  });
});
