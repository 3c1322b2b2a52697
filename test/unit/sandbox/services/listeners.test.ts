import { strict as assert } from "node:assert";
import { type Listener, listenersOf, OpenListeners } from "@metrics-link/sandbox/services/listeners.ts";
import { topology, vpc } from "./sample.ts";

const layout = { tag: "abcd" };
const short = ({ namespace, protocol, host, port }: Listener) => `${namespace} ${protocol} ${host}:${port}`;

describe("the services' sockets", () => {
  it("are the internet's, and each VPC's own", () => {
    const found = listenersOf({ ...topology, vpcs: [vpc] }, layout).map(short);
    assert.deepEqual(found, [
      "mlabcd-inet tcp 192.0.2.129:443",
      "mlabcd-inet tcp 192.0.2.100:443",
      "mlabcd-inet udp 192.0.2.100:53",
      "mlabcd-inet tcp 192.0.2.100:53",
      "mlabcd-vpc-1 tcp 169.254.169.254:80",
      "mlabcd-vpc-1 udp 10.0.0.2:53",
      "mlabcd-vpc-1 tcp 10.0.0.2:53",
      "mlabcd-vpc-1 udp 169.254.169.253:53",
      "mlabcd-vpc-1 tcp 169.254.169.253:53",
      "mlabcd-vpc-1 tcp 10.0.1.20:443",
      "mlabcd-vpc-1 tcp 10.0.2.20:443",
    ]);
  });

  it("include a third-party service, by plain TCP forwarding", () => {
    const [own] = vpc.interfaceEndpoints;
    assert.ok(own);
    const endpoint = { ...own, service: "vpce-svc-0a1e27a4a6e200001" };
    const found = listenersOf({ ...topology, vpcs: [{ ...vpc, interfaceEndpoints: [endpoint] }] }, layout);
    assert.deepEqual(
      found.filter(({ port, namespace }) => port === 443 && namespace === "mlabcd-vpc-1").map(({ service }) => service),
      Array(2).fill({ kind: "endpoint-service", service: "vpce-svc-0a1e27a4a6e200001" }),
    );
  });

  it("are opened when new, closed when gone, and otherwise kept", async () => {
    const events: string[] = [];
    const open = new OpenListeners(async (listener) => {
      events.push(`open ${listener.host}`);
      return async () => void events.push(`close ${listener.host}`);
    });
    const listener = (host: string): Listener => ({
      namespace: "n",
      protocol: "tcp",
      host,
      port: 1,
      service: { kind: "public" },
    });
    await open.reconcile([listener("a"), listener("b")]);
    await open.reconcile([listener("b"), listener("c")]);
    assert.deepEqual(events, ["open a", "open b", "close a", "open c"]);
    assert.equal(open.size, 2);
  });

  it("are retried when they could not be opened", async () => {
    let attempts = 0;
    const open = new OpenListeners(async () => {
      attempts += 1;
      if (attempts === 1) throw new Error("EADDRNOTAVAIL");
      return async () => {};
    });
    const wanted: Listener[] = [{ namespace: "n", protocol: "tcp", host: "a", port: 1, service: { kind: "public" } }];
    await assert.rejects(open.reconcile(wanted));
    await open.reconcile(wanted);
    assert.equal(open.size, 1);
  });
});
