import assert from "node:assert/strict";
import { neighboursOf } from "@metrics-link/sandbox/realiser/network/attachments.ts";
import { withNeighbours } from "@metrics-link/sandbox/world/neighbours.ts";
import { topology } from "../realiser/sample.ts";

const beside = (host: string) => ({ name: `beside-${host}`, host });

describe("a machine beside a host", () => {
  it("is in the host's subnet, at its end, where EC2 gives an address last", () => {
    const { vpcs } = withNeighbours(topology, [beside("i-sender"), { name: "another", host: "i-sender" }]);
    const [first, second] = vpcs.map(neighboursOf);
    assert.deepEqual(first, [
      { name: "beside-i-sender", subnetId: "subnet-a-private", privateAddress: "10.0.1.254" },
      { name: "another", subnetId: "subnet-a-private", privateAddress: "10.0.1.253" },
    ]);
    assert.deepEqual(second, []);
  });

  it("is open in a subnet that it has without a host, which is somebody else's", () => {
    const { vpcs } = withNeighbours(topology, [{ name: "target", subnetId: "subnet-b-private-b" }]);
    assert.deepEqual(vpcs.flatMap(neighboursOf), [
      { name: "target", subnetId: "subnet-b-private-b", privateAddress: "10.0.9.254", isOpen: true },
    ]);
  });

  it("is not there while the host is not", () => {
    assert.deepEqual(withNeighbours(topology, [beside("nobody")]), topology);
  });
});
