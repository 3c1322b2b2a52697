import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { eventually } from "../../../support/eventually.ts";
import { configuration } from "../../gate/examples.ts";
import { contentTypes, encodeV1, type LabelPairs, nodeSeries, snappy } from "../../gate/messages.ts";
import { GateProcess, headersOf } from "./processes.ts";
import { StandIn } from "./stand-in.ts";

const bodyOf = (labels: LabelPairs) => snappy(encodeV1(nodeSeries(1, labels, Date.now())));
const own = bodyOf([["account", "111"]]);
const foreign = bodyOf([["account", "222"]]);
const headers = headersOf("a", contentTypes[1]);

/** One header in the place of those of its name. */
const other = (name: string, ...values: readonly string[]) => [
  ...headers.filter(([known]) => known !== name),
  ...values.map((value) => [name, value] as const),
];

describe("the gate as a service", function () {
  this.timeout(60_000);
  let prometheus: StandIn;
  let gate: GateProcess;
  beforeEach(async () => {
    prometheus = await StandIn.start();
    gate = await GateProcess.start(configuration, prometheus.url);
  });
  afterEach(() => Promise.all([prometheus?.stop(), gate?.stop()]));

  /** What its page of metrics has for a name with these labels. */
  const metric = async (name: string, labels = ""): Promise<string | undefined> => {
    const { text } = await gate.get("/metrics");
    return text
      .split("\n")
      .find((line) => line.startsWith(`metrics_link_gate_${name}${labels && `{${labels}}`} `))
      ?.split(" ")
      .at(-1);
  };

  it("passes on the very bytes, with the headers that Prometheus reads and no others", async () => {
    prometheus.answer = (response) =>
      void response
        .writeHead(200, { "x-prometheus-remote-write-samples-written": "1", "retry-after": "7", "x-other": "no" })
        .end("thanks");
    const more = [
      ["user-agent", "Prometheus/3.13.5"],
      ["x-prometheus-remote-write-version", "0.1.0"],
      ["x-forwarded-for", "203.0.113.7"],
      ["cookie", "a=b"],
    ] as const;
    const answer = await gate.write(own, [...headers, ...more]);
    assert.deepEqual([answer.status, answer.text], [200, "thanks"]);
    assert.equal(answer.headers["x-prometheus-remote-write-samples-written"], "1");
    assert.equal(answer.headers["retry-after"], "7");
    assert.equal(answer.headers["x-other"], undefined);
    const [taken] = prometheus.taken;
    assert.ok(taken);
    assert.equal(taken.url, "/api/v1/write");
    assert.ok(taken.body.equals(own));
    const { host, connection, ...rest } = taken.headers;
    assert.deepEqual(rest, {
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
      "content-length": `${own.length}`,
      "user-agent": "Prometheus/3.13.5",
      "x-prometheus-remote-write-version": "0.1.0",
    });
  });

  it("answers a lie with 400, counts its series, and tells the journal once in ten seconds", async () => {
    const lie = snappy(encodeV1(nodeSeries(3, [["account", "\u001b[31m222"]], Date.now())));
    for (let time = 0; time < 3; time += 1) assert.equal((await gate.write(lie, headers)).status, 400);
    assert.equal(prometheus.taken.length, 0);
    assert.equal(await metric("refused_series_total", 'sender="a",reason="label_foreign"'), "9");
    assert.equal(await metric("requests_total", 'sender="a",code="400"'), "3");
    const lines = gate.output.split("\n").filter((line) => line.includes("request refused"));
    assert.equal(lines.length, 1);
    const line = lines[0] ?? "";
    assert.ok(!line.includes("\u001b"));
    assert.match(line, /"sender":"a","reason":"label_foreign","series":3,"shown":.*222/);
  });

  it("answers 413 to a body that is too large, and reads it to its end", async () => {
    const answer = await gate.write(new Uint8Array(3 * 1024 * 1024), headers);
    assert.equal(answer.status, 413);
    assert.equal(prometheus.taken.length, 0);
  });

  it("answers 503 while Prometheus is down, and passes on again once it is up", async () => {
    const { url } = prometheus;
    await prometheus.stop();
    const answer = await gate.write(own, headers);
    assert.deepEqual([answer.status, answer.headers["retry-after"]], [503, "1"]);
    assert.match(answer.text, /prometheus_unreachable/);
    assert.equal(await metric("faults_total", 'sender="a",reason="prometheus_unreachable"'), "1");
    prometheus = await StandIn.start(Number(new URL(url).port));
    assert.equal((await gate.write(own, headers)).status, 204);
  });

  it("passes back what Prometheus says: 400, and 500", async () => {
    for (const status of [400, 500, 503]) {
      prometheus.answer = (response) => void response.writeHead(status).end("out of bounds");
      const answer = await gate.write(own, headers);
      assert.deepEqual([answer.status, answer.text], [status, "out of bounds"]);
    }
  });

  it("is reached by its user and its group, and by nobody else", () => {
    assert.equal(statSync(gate.socketPath).mode & 0o777, 0o660);
  });

  it("judges by another configuration after a signal, and by the last good one after a bad file", async () => {
    assert.equal((await gate.write(foreign, headers)).status, 400);
    gate.configure(JSON.stringify({ ...configuration, mode: "observe" }));
    await eventually("it observes", async () => (await metric("enforcing")) === "0" || undefined);
    assert.equal((await gate.write(foreign, headers)).status, 204);
    assert.ok(prometheus.taken[0]?.body.equals(foreign));
    gate.configure('{ "mode": "enforce" }');
    await eventually(
      "it says that the file is bad",
      async () => (await gate.get("/ready")).status === 503 || undefined,
    );
    assert.equal(await metric("configuration_good"), "0");
    assert.match(gate.output, /the configuration in force stays: .*senders/s);
    assert.equal((await gate.write(foreign, headers)).status, 204);
    gate.configure(JSON.stringify(configuration));
    await gate.isReady();
    assert.equal((await gate.write(foreign, headers)).status, 400);
  });

  it("while it observes, passes on what it does not know, too", async () => {
    gate.configure(JSON.stringify({ ...configuration, mode: "observe" }));
    await eventually("it observes", async () => (await metric("enforcing")) === "0" || undefined);
    for (const wrong of [other("x-metrics-link-sender"), other("content-type"), other("x-metrics-link-sender", "c")]) {
      assert.equal((await gate.write(own, wrong)).status, 204);
    }
    assert.equal(await metric("faults_total", 'sender="unknown",reason="sender_missing"'), "1");
  });

  it("tells what each sender may write", async () => {
    const { text } = await gate.get("/labels");
    const { configuration: hash, ...rest } = JSON.parse(text);
    assert.match(hash, /^[0-9a-f]{64}$/);
    assert.deepEqual(rest, {
      mode: "enforce",
      reserved: { link_side: ["sends"] },
      senders: { a: { account: "111" }, b: { account: "222" } },
    });
  });

  it("writes its metrics for node_exporter, and takes them away when it stops", async () => {
    const page = join(gate.directory, "gate.prom");
    const text = await eventually("the first page is written", () => readFileSync(page, "utf8"));
    assert.match(text, /^metrics_link_gate_active_series\{sender="b"\} 0$/m);
    assert.match(text, /^metrics_link_gate_memory_bytes \d{8,}$/m);
    await gate.kill("SIGTERM");
    assert.throws(() => statSync(page), { code: "ENOENT" });
  });

  it("answers what it has when it is stopped", async () => {
    let finish = () => {};
    prometheus.answer = (response) => {
      finish = () => void response.writeHead(204).end();
    };
    const answer = gate.write(own, headers);
    await eventually("Prometheus has the request", () => prometheus.taken.length > 0 || undefined);
    const stopped = gate.kill("SIGTERM");
    finish();
    assert.equal((await answer).status, 204);
    await stopped;
    assert.equal(gate.exitCode, 0);
  });

  it("starts again after it was killed, over the socket that it left", async () => {
    await gate.kill();
    await assert.rejects(gate.write(own, headers));
    await gate.restart();
    assert.equal((await gate.write(own, headers)).status, 204);
  });

  it("does not start with a bad configuration", async () => {
    await assert.rejects(GateProcess.start({ ...configuration, mode: "off" }, prometheus.url), /mode is .{1,2}off/);
  });

  it("lets other senders write while one has every slot that it may have", async () => {
    const waiting: (() => void)[] = [];
    prometheus.answer = (response, body) => {
      const done = () => void response.writeHead(204).end();
      if (body.equals(own)) waiting.push(done);
      else done();
    };
    const many = Array.from({ length: 20 }, () => gate.write(own, headers));
    await eventually("eight of them are at Prometheus", () => waiting.length === 8 || undefined);
    assert.equal(await metric("requests_in_memory"), "8");
    assert.equal((await gate.write(foreign, headersOf("b", contentTypes[1]))).status, 204);
    // Each answer makes room for the next.
    const pass = setInterval(() => waiting.shift()?.(), 1);
    try {
      assert.deepEqual(new Set((await Promise.all(many)).map(({ status }) => status)), new Set([204]));
    } finally {
      clearInterval(pass);
    }
  });

  it("answers 503 above a sender's rates, and charges only what Prometheus took", async () => {
    const rates = { samplesPerSecond: 1, burstSeconds: 2, activeSeries: 2 };
    const loadedAt = await metric("configuration_timestamp_seconds");
    gate.configure(
      JSON.stringify({
        ...configuration,
        senders: { ...configuration.senders, a: { labels: { account: "111" }, rates } },
      }),
    );
    await eventually(
      "the limit is in force",
      async () => Number(await metric("configuration_timestamp_seconds")) > Number(loadedAt) || undefined,
    );
    prometheus.answer = (response) => void response.writeHead(503).end();
    for (let time = 0; time < 5; time += 1) assert.equal((await gate.write(own, headers)).status, 503);
    assert.equal(prometheus.taken.length, 5);
    prometheus.answer = (response) => void response.writeHead(204).end();
    const three = snappy(encodeV1(nodeSeries(3, [["account", "111"]], Date.now())));
    assert.match((await gate.write(three, headers)).text, /active_series/);
    const answers = [];
    for (let time = 0; time < 20; time += 1) answers.push(await gate.write(own, headers));
    assert.ok(answers.some(({ status, text }) => status === 503 && text.includes("sample_rate")));
    assert.equal(await metric("active_series", 'sender="a"'), "1");
    // One of two, but the request with three was refused within the last minute.
    assert.equal(await metric("limit_used_ratio", 'sender="a",limit="active_series"'), "1");
    assert.equal((await gate.write(foreign, headersOf("b", contentTypes[1]))).status, 204);
  });

  it("gives up a body that does not end, and keeps no slot for it", async () => {
    const socket = createConnection(gate.socketPath);
    let answer = "";
    socket.on("data", (data: Buffer) => {
      answer += data.toString();
    });
    const lines = [
      "POST /api/v1/write HTTP/1.1",
      "host: gate",
      "transfer-encoding: chunked",
      ...headers.map((pair) => pair.join(": ")),
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n3\r\nabc\r\n`);
    await eventually("it is in memory", async () => (await metric("requests_in_memory")) === "1" || undefined);
    await eventually("it is answered, and the connection ends", () => socket.readableEnded || undefined);
    assert.match(answer, /^HTTP\/1.1 503 .*\r\nconnection: close\r\n.*cut_off/is);
    assert.equal(await metric("requests_in_memory"), "0");
  });

  it("takes nothing of what comes after a body", async () => {
    const socket = createConnection(gate.socketPath);
    const lines = ["POST /api/v1/write HTTP/1.1", "host: gate", "transfer-encoding: chunked", "trailer: content-type"];
    const chunk = `${own.length.toString(16)}\r\n`;
    socket.write(`${[...lines, ...headers.map((pair) => pair.join(": "))].join("\r\n")}\r\n\r\n${chunk}`);
    socket.write(own);
    socket.write("\r\n0\r\ncontent-type: application/json\r\nx-metrics-link-sender: b\r\n\r\n");
    const taken = await eventually("Prometheus has it", () => prometheus.taken[0]);
    socket.destroy();
    assert.equal(taken.headers["content-type"], "application/x-protobuf");
    assert.equal(taken.headers["x-metrics-link-sender"], undefined);
    assert.ok(taken.body.equals(own));
  });

  it("drops a request whose client goes away in the middle of its body", async () => {
    const socket = createConnection(gate.socketPath);
    await new Promise<void>((resolve) =>
      socket.write(
        `POST /api/v1/write HTTP/1.1\r\nhost: gate\r\ncontent-length: 1000\r\n${headers.map((pair) => pair.join(": ")).join("\r\n")}\r\n\r\nabc`,
        () => resolve(),
      ),
    );
    await eventually("it is in memory", async () => (await metric("requests_in_memory")) === "1" || undefined);
    socket.destroy();
    await eventually("it is gone", async () => (await metric("requests_in_memory")) === "0" || undefined);
    assert.equal(prometheus.taken.length, 0);
  });
});
