import assert from "node:assert/strict";
import { needsOf } from "@metrics-link/preflight";
import { selfSigned } from "../../support/openssl.ts";
import { example } from "../../unit/preflight/support/ready.ts";
import type { Registration } from "../support/recording.ts";
import { build, type Role, receiverContract } from "./stacks.ts";

/** A preflight counts quotas and cost by these numbers: they are those of the program. */
describe("what a preflight says that a stack needs", () => {
  const [own, receiver, sender] = [selfSigned("own"), selfSigned("receiver"), selfSigned("sender")];
  const linked: Record<Role, () => Promise<Registration[]>> = {
    sender: () => {
      const peer = receiverContract(receiver.pem);
      const pins = { rootFingerprints: [receiver.fingerprint], addresses: peer.endpointAddresses };
      const change = { "metrics-link:peer": { stack: "organization/metrics-link/receiver", ...pins } };
      return build("sender", { root: own.pem, peer, change });
    },
    receiver: () => {
      const pins = { rootFingerprints: [sender.fingerprint], addresses: ["203.0.113.10"] };
      const change = {
        "metrics-link:senders": [{ name: "account-a", stack: "organization/metrics-link/sender", ...pins }],
      };
      return build("receiver", { root: own.pem, change });
    },
  };

  for (const role of ["sender", "receiver"] as const) {
    it(`is what the ${role}'s program makes`, async () => {
      const registrations = await linked[role]();
      const all = (type: string) => registrations.filter((one) => one.type === type);
      const { rules, ...needs } = needsOf(example(role));
      const interfaces = all("aws:ec2/vpcEndpoint:VpcEndpoint").filter(
        ({ inputs }) => inputs.vpcEndpointType === "Interface",
      );
      const [instance] = all("aws:ec2/instance:Instance");
      const volumes = all("aws:ebs/volume:Volume").map(({ inputs }) => inputs.size);
      assert.deepEqual(needs, {
        addresses: all("aws:ec2/eip:Eip").length,
        natGateways: all("aws:ec2/natGateway:NatGateway").length,
        balancers: all("aws:lb/loadBalancer:LoadBalancer").length,
        endpointZones: interfaces.reduce((sum, { inputs }) => sum + inputs.subnetIds.length, 0),
        volumeGiB: [instance?.inputs.rootBlockDevice.volumeSize, ...volumes].reduce((sum, one) => sum + one, 0),
        keys: all("aws:kms/key:Key").length,
        secrets: all("aws:secretsmanager/secret:Secret").length,
      });
      const most = (direction: string) => {
        const groups = all(`aws:vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`);
        const ids = groups.map(({ inputs }) => String(inputs.securityGroupId));
        return Math.max(...ids.map((id) => ids.filter((other) => other === id).length));
      };
      assert.equal(rules, Math.max(most("Ingress"), most("Egress")));
    });

    it(`has a rule of the ${role}'s host for each port of a target`, async () => {
      const target = { name: "shop", cidr: role === "sender" ? "10.10.20.0/24" : "10.20.20.0/24", ports: [9100, 9400] };
      const change = (text: string) =>
        text.replace("    zones:", `    targets: [${JSON.stringify(target)}]\n    zones:`);
      assert.equal(needsOf(example(role, [], change)).rules, needsOf(example(role)).rules + 2);
    });
  }
});
