import assert from "node:assert/strict";
import { busiest, connectionsIn, cutOff } from "@metrics-link/sandbox/testing/connections.ts";

const at = (seconds: number) => new Date(seconds * 1000).toISOString();
const request = (connection: number, seconds: number, more: object = {}) => ({
  ...{ type: "request", filter_chain: "account-a", connection, start: at(seconds), status: 204, duration_ms: 3 },
  ...more,
});
const end = (connection: number, began: number, lasted: number) => ({
  ...{ type: "connection", filter_chain: "account-a", connection, start: at(began), duration_ms: lasted * 1000 },
  ...{ status: null, tls_failure: null },
});

describe("the connections of a sender in the receiver's access log", () => {
  it("are those with an accepted write, each by Envoy's number", () => {
    const lines = [
      request(1, 100),
      request(2, 100, { filter_chain: "account-c" }),
      request(3, 101, { status: 503 }),
      { type: "connection", filter_chain: null, connection: 4, start: at(101), duration_ms: 1 },
      { type: "other" },
      request(5, 102),
      request(1, 104),
    ];
    const found = connectionsIn(lines, "account-a");
    assert.deepEqual(found, [
      { id: 1, requests: 2, lastRequest: 104 },
      { id: 5, requests: 1, lastRequest: 102 },
    ]);
    assert.equal(busiest(found), 1);
    assert.equal(busiest([]), undefined);
  });

  it("are cut off if they end while in use, and not if they end idle or of age", () => {
    const lines = [
      ...[request(1, 100), request(2, 100), request(3, 100), request(4, 649)],
      ...[end(1, 50, 51), end(2, 50, 140), end(4, 50, 599.999)],
    ];
    assert.deepEqual(
      cutOff(connectionsIn(lines, "account-a"), 600).map(({ id }) => id),
      [1],
    );
  });
});
