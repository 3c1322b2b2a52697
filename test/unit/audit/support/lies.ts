import type { StackEvidence, Surrounding } from "@metrics-link/audit";
import { fingerprintOf } from "@metrics-link/contract";
import type { HostEvidence } from "@metrics-link/release";
import { stranger } from "./healthy.ts";

/** What was read only, to be changed. */
export type Open<Value> = Value extends readonly (infer Item)[]
  ? Open<Item>[]
  : Value extends object
    ? { -readonly [Key in keyof Value]: Open<Value[Key]> }
    : Value;
export type Stack = Open<StackEvidence>;

/** A change of a healthy link that nobody may overlook, and the words by which it is told. */
export interface Lie {
  readonly what: string;
  readonly at: "sender" | "receiver";
  readonly change: (stack: Stack) => void;
  readonly told: RegExp;
}

const strange = fingerprintOf(stranger.root);
const known = <Part extends object>(part: Part) =>
  (part as { value: never }).value as Extract<Part, { value: unknown }>["value"];
export const hostOf = (stack: Stack) => known(stack.host) as Open<HostEvidence>;
const balancerRules = (stack: Stack) =>
  known(stack.observed).groups.find(({ name }) => name === "receiver-balancer")?.rules ?? [];
const hostRules = (stack: Stack) =>
  known(stack.observed).groups.find(({ name }) => name.endsWith("-host"))?.rules ?? [];
const envoyOf = (stack: Stack) => known(hostOf(stack).envoy);
const gateOf = (stack: Stack) => known(hostOf(stack).gate);
const chainsOf = (stack: Stack) => (envoyOf(stack).listeners[0] as { filter_chains: Chain[] }).filter_chains;

interface Chain {
  name: string;
  filter_chain_match?: { source_prefix_ranges: { address_prefix: string; prefix_len: number }[] };
  transport_socket: { typed_config: { require_client_certificate: boolean } };
}

const foreignGroup = { id: "sg-9", rules: ["ingress any all 0.0.0.0/0"] };

/** One fact more in AWS than in the state, and the first of the state missing there. */
function around(which: Surrounding, fact: string, subject: string): Lie[] {
  const partOf = (stack: Stack) => known(stack.surroundings[which]) as string[];
  return [
    {
      what: `in AWS also ${fact}`,
      at: "receiver",
      change: (stack) => partOf(stack).push(fact),
      told: new RegExp(`${subject}: AWS also has ${fact.replaceAll("/", "\\/")}`),
    },
    {
      what: `in AWS no longer what the state has first of the ${subject}, but ${fact}`,
      at: "receiver",
      change: (stack) => partOf(stack).splice(0, 1, fact),
      told: new RegExp(`${subject}: AWS lacks .*; AWS also has `),
    },
  ];
}

export const lies: readonly Lie[] = [
  {
    what: "a rule that lets one more address in",
    at: "receiver",
    change: (stack) => balancerRules(stack).push("ingress tcp 443 192.0.2.66/32"),
    told: /who is let in at the load balancer: receiver-balancer \(sg-3\) also has ingress tcp 443 192\.0\.2\.66\/32/,
  },
  {
    what: "a rule that lets everybody in by IPv6",
    at: "receiver",
    change: (stack) => balancerRules(stack).push("ingress tcp 443 ::/0"),
    told: /also has ingress tcp 443 ::\/0/,
  },
  {
    what: "a sender's rule that is gone",
    at: "receiver",
    change: (stack) => balancerRules(stack).shift(),
    told: /lacks ingress tcp 443 203\.0\.113\.10\/32/,
  },
  {
    what: "a way out for the sender's host",
    at: "sender",
    change: (stack) => known(stack.observed).groups[0]?.rules.push("egress any all 0.0.0.0/0"),
    told: /where the sender may go: .* also has egress any all 0\.0\.0\.0\/0/,
  },
  {
    what: "a rule in the right group, beside a group of the same name with the right rules",
    at: "receiver",
    change: (stack) => {
      const { groups } = known(stack.observed);
      groups.unshift({ id: "sg-9", name: "receiver-balancer", groupName: "g", rules: [...balancerRules(stack)] });
      groups.find(({ id }) => id === "sg-3")?.rules.push("ingress tcp 443 192.0.2.66/32");
    },
    told: /who is let in at the load balancer: receiver-balancer \(sg-3\) also has ingress tcp 443 192\.0\.2\.66/,
  },
  {
    what: "a way out by IPv6",
    at: "sender",
    change: (stack) => known(stack.observed).groups[0]?.rules.push("egress any all ::/0"),
    told: /where the sender may go: .* also has egress any all ::\/0/,
  },
  {
    what: "a rule to a machine that no target declares",
    at: "sender",
    change: (stack) => known(stack.observed).groups[0]?.rules.push("egress tcp 9100 10.40.1.7/32"),
    told: /ways to targets: the network also has egress tcp 9100 10\.40\.1\.7\/32/,
  },
  {
    what: "a rule to a group that no target declares",
    at: "receiver",
    change: (stack) => hostRules(stack).push("egress tcp 9100 sg-0123456789abcdef0"),
    told: /ways to targets: the network also has egress tcp 9100 sg-0123456789abcdef0/,
  },
  {
    what: "a route to another network",
    at: "receiver",
    change: (stack) => known(stack.surroundings.routes).push("rtb-1: 10.40.0.0/16 to pcx-0123456789abcdef0"),
    told: /ways to targets: the network also has 10\.40\.0\.0\/16 to pcx-0123456789abcdef0/,
  },
  {
    what: "a declared way that AWS does not have",
    at: "sender",
    change: (stack) => {
      stack.configuration.network.targets.push({ name: "shop", cidr: "10.10.20.0/24", ports: [9100] });
    },
    told: /ways to targets: the network lacks egress tcp 9100 10\.10\.20\.0\/24/,
  },
  {
    what: "a group that is in no state",
    at: "receiver",
    change: (stack) => known(stack.observed).groups.push({ ...foreignGroup, name: "mine", groupName: "mine" }),
    told: /mine \(sg-9\) is in this network but not in the state/,
  },
  {
    what: "a group that is in no state and has the tag of the default one",
    at: "receiver",
    change: (stack) => known(stack.observed).groups.push({ ...foreignGroup, name: "default", groupName: "mine" }),
    told: /default \(sg-9\) is in this network but not in the state/,
  },
  {
    what: "a rule in the default group",
    at: "receiver",
    change: (stack) =>
      known(stack.observed)
        .groups.find(({ id }) => id === "sg-0")
        ?.rules.push("ingress any all sg-0"),
    told: /group unused \(sg-0\) also has ingress any all sg-0/,
  },
  {
    what: "a group that has GuardDuty's name and lets everything in",
    at: "receiver",
    change: (stack) => {
      const groupName = "GuardDutyManagedSecurityGroup-vpc-0123456789abcdef0";
      known(stack.observed).groups.push({ ...foreignGroup, name: groupName, groupName });
    },
    told: /GuardDutyManagedSecurityGroup-vpc-0123456789abcdef0 \(sg-9\) is in this network but not in the state/,
  },
  ...around("role", "host: attached policy arn:aws:iam::aws:policy/AdministratorAccess", "policies of the host's role"),
  ...around("role", "host: inline policy host 9f", "policies of the host's role"),
  ...around(
    "key",
    "key-1: grant of Decrypt to arn:aws:iam::333333333333:root",
    "policy and grants of the secret's key",
  ),
  ...around("bucket", "releases: replication to arn:aws:s3:::mine", "settings of the bucket of releases"),
  ...around("routes", "rtb-1: 10.99.0.0/16 to pcx-1", "route tables"),
  ...around("dns", "rslvr-frg-2: asked at 50, mutation protection DISABLED", "DNS firewall of the network"),
  ...around("balancer", "nlb: TCP 22 to mine", "load balancers, listeners and targets"),
  {
    what: "a policy of snapshots that AWS can no longer carry out",
    at: "receiver",
    change: (stack) => {
      const [policy] = known(stack.snapshots).policies;
      Object.assign(policy ?? {}, { state: "ERROR", message: "The role cannot be assumed" });
    },
    told: /policy of snapshots: policy-1 is ERROR: The role cannot be assumed/,
  },
  {
    what: "a policy of snapshots that somebody disabled",
    at: "sender",
    change: (stack) => {
      Object.assign(known(stack.snapshots).policies[0] ?? {}, { state: "DISABLED" });
    },
    told: /policy of snapshots: policy-1 is DISABLED$/m,
  },
  {
    what: "no policy of snapshots",
    at: "sender",
    change: (stack) => known(stack.snapshots).policies.pop(),
    told: /policy of snapshots: the state has no policy/,
  },
  {
    what: "a data volume without a snapshot of the last two days",
    at: "receiver",
    change: (stack) => {
      Object.assign(known(stack.snapshots).volumes[0] ?? {}, { newest: "2026-11-24T10:59:00.000Z" });
    },
    told: /newest snapshot of the data volume: the newest of vol-1 is of 2026-11-24T10:59:00\.000Z, more than 49 hours/,
  },
  {
    what: "a data volume of which no snapshot was ever taken",
    at: "receiver",
    change: (stack) => {
      Object.assign(known(stack.snapshots).volumes[0] ?? {}, { newest: undefined });
    },
    told: /newest snapshot of the data volume: vol-1 has no snapshot, 612 hours after the first could be taken/,
  },
  {
    what: "a snapshot that is too old for an interval of an hour",
    at: "sender",
    change: (stack) => {
      stack.configuration.host.snapshots.everyHours = 1;
    },
    told: /the newest of vol-1 is of 2026-11-26T03:12:00\.000Z, more than 3 hours ago/,
  },
  {
    what: "an endpoint that is in no state",
    at: "receiver",
    change: (stack) => known(stack.observed).endpoints.push({ id: "vpce-9", service: "com.amazonaws.eu-west-1.sqs" }),
    told: /endpoints, each a way out: the network also has com\.amazonaws\.eu-west-1\.sqs \(vpce-9\)/,
  },
  {
    what: "an endpoint to a service that the configuration names no more",
    at: "sender",
    change: (stack) => {
      stack.configuration.network.endpointServices = [];
    },
    told: /vpce-svc-0123456789abcdef0 \(vpce-2\) is not in network\.endpointServices/,
  },
  {
    what: "an endpoint that has gone",
    at: "sender",
    change: (stack) => known(stack.observed).endpoints.shift(),
    told: /the network lacks com\.amazonaws\.eu-west-1\.ssm \(vpce-1\)/,
  },
  {
    what: "one more group on the host",
    at: "receiver",
    change: (stack) => known(stack.observed).instance.groups.push("sg-0"),
    told: /the host in its network: the instance also has sg-0/,
  },
  {
    what: "a public address of the host",
    at: "sender",
    change: (stack) => {
      known(stack.observed).instance.publicAddress = "203.0.113.99";
    },
    told: /the instance has the public address 203\.0\.113\.99/,
  },
  {
    what: "a load balancer without its group",
    at: "receiver",
    change: (stack) => known(stack.declared).balancer?.groups.pop(),
    told: /the load balancer lacks sg-3/,
  },
  {
    what: "an Elastic IP that is gone from AWS",
    at: "sender",
    change: (stack) =>
      known(stack.changes).push({ operation: "create", resource: "a:PinnedEgress$aws:ec2/eip:Eip sender-address" }),
    told: /the address that samples come from: an update would create .*eip:Eip sender-address/,
  },
  {
    what: "a NAT gateway with another address",
    at: "sender",
    change: (stack) => known(stack.declared).natAllocations.splice(0, 1, "eipalloc-other"),
    told: /the NAT gateway's Elastic IP lacks 203\.0\.113\.10/,
  },
  {
    what: "one more filter chain in the running Envoy",
    at: "receiver",
    change: (stack) => chainsOf(stack).push({ ...(structuredClone(chainsOf(stack)[0]) as Chain), name: "back-door" }),
    told: /what Envoy runs: listener ingest, filter chain back-door runs and is not in the release/,
  },
  {
    what: "a part of the running configuration that nobody here knows",
    at: "receiver",
    change: (stack) => {
      envoyOf(stack).bootstrap.layered_runtime = { layers: [] };
    },
    told: /what the running configuration means: layered_runtime: not known/,
  },
  {
    what: "a field of the running listener that nobody here knows",
    at: "receiver",
    change: (stack) => {
      Object.assign(envoyOf(stack).listeners[0] as object, { filter_chain_matcher: {} });
    },
    told: /what the running configuration means: static_resources\.listeners\[0\]\.filter_chain_matcher: not known/,
  },
  {
    what: "a filter chain that demands no certificate",
    at: "receiver",
    change: (stack) => {
      const [chain] = chainsOf(stack);
      if (chain) chain.transport_socket.typed_config.require_client_certificate = false;
    },
    told: /what the running configuration means: .*require_client_certificate is not true/,
  },
  {
    what: "a filter chain for a whole network",
    at: "receiver",
    change: (stack) =>
      chainsOf(stack)[0]?.filter_chain_match?.source_prefix_ranges.push({
        address_prefix: "192.0.2.0",
        prefix_len: 24,
      }),
    told: /sender account-a: filter chain: its address match also has 192\.0\.2\.0\/24/,
  },
  {
    what: "an upstream of the sender that is another address",
    at: "sender",
    change: (stack) => {
      const [own] = structuredClone(known(stack.peers[0]?.contract ?? { value: undefined })) ? stack.peers : [];
      const contract = known(own?.contract ?? { value: undefined }) as { endpointAddresses: string[] };
      contract.endpointAddresses.pop();
    },
    told: /receiver receiver: upstream: its endpoints also has 198\.51\.100\.11:443/,
  },
  {
    what: "another root in the bundle on disk",
    at: "receiver",
    change: (stack) => {
      const [bundle] = known(hostOf(stack).bundles);
      const [root] = bundle?.certificates ?? [];
      if (root) bundle?.certificates.push({ ...root, fingerprint: strange });
    },
    told: new RegExp(`root of account-a: on the host's disk: it also has ${strange}`),
  },
  {
    what: "an intermediate as an anchor",
    at: "receiver",
    change: (stack) => {
      const [root] = known(hostOf(stack).bundles)[0]?.certificates ?? [];
      if (root) root.issuer = "CN=another";
    },
    told: /CN=root is not a root/,
  },
  {
    what: "another root in the memory of Envoy, with the right file on disk",
    at: "sender",
    change: (stack) => envoyOf(stack).secrets[1]?.fingerprints.splice(0, 1, strange),
    told: new RegExp(`root of receiver: in Envoy's memory: it lacks .*; it also has ${strange}`),
  },
  {
    what: "a root that is accepted but not pinned",
    at: "receiver",
    change: (stack) => stack.peers[0]?.pins.rootFingerprints.splice(0, 1, strange),
    told: /root of account-a: pinned in configuration: .* is accepted but not pinned/,
  },
  {
    what: "a bundle in the state's release with a hidden root",
    at: "receiver",
    change: (stack) => {
      const file = known(stack.declared).release.document.files.find(({ path }) => path.startsWith("tls/roots/"));
      if (file) file.content += file.content.replaceAll("CERTIFICATE", "X509 CERTIFICATE");
    },
    told: /root of account-a: in the release \(state\): .* it also has text besides certificates/,
  },
  {
    what: "text that is no certificate in the bundle on disk",
    at: "sender",
    change: (stack) => {
      const [bundle] = known(hostOf(stack).bundles);
      if (bundle) bundle.otherText = true;
    },
    told: /root of receiver: nothing else in the file: it holds something other than certificates/,
  },
  {
    what: "an address that is offered, let in and in Envoy, and that nobody pinned",
    at: "receiver",
    change: (stack) => stack.peers[0]?.pins.addresses.splice(0, 1, "192.0.2.1"),
    told: new RegExp(
      [
        "who is let in at the load balancer: ingress tcp 443 203.0.113.10/32 is pinned for no sender",
        "addresses of account-a: pinned in configuration: 192.0.2.1 is pinned, but the peer no longer offers it",
        "addresses of account-a: offered by .*: 203.0.113.10 is not pinned for account-a \\(pinned: 192.0.2.1\\)",
        "addresses of account-a: in the rules: 203.0.113.10 is not pinned",
        "addresses of account-a: in Envoy's memory: 203.0.113.10 is not pinned",
      ].join("[\\s\\S]*"),
    ),
  },
  {
    what: "an address of the receiver that nobody pinned",
    at: "sender",
    change: (stack) => stack.peers[0]?.pins.addresses.pop(),
    told: /addresses of receiver: in Envoy's memory: 198\.51\.100\.11 is not pinned for receiver/,
  },
  {
    what: "another release in force",
    at: "sender",
    change: (stack) => {
      known(hostOf(stack).release).inForce = "f".repeat(64);
    },
    told: /the release in force: f{64} is in force, but the state has/,
  },
  {
    what: "a file with another content",
    at: "receiver",
    change: (stack) => {
      known(hostOf(stack).files).found["envoy/bootstrap.json"] = "missing";
    },
    told: /files of the release: envoy\/bootstrap\.json is missing, but the release says/,
  },
  {
    what: "a program that is not the one of the archive",
    at: "receiver",
    change: (stack) => {
      const [unit] = known(hostOf(stack).units);
      if (unit) unit.sha256 = "0".repeat(64);
    },
    told: /metrics-link-envoy\.service runs .* with the hash 0{64}, not /,
  },
  {
    what: "a drop-in",
    at: "sender",
    change: (stack) => known(hostOf(stack).units)[0]?.dropIns.push("/etc/systemd/system/x.conf"),
    told: /is changed by \/etc\/systemd\/system\/x\.conf/,
  },
  ...(
    [
      ["metadata", true, /what services reach: metrics-link-envoy\.service could ask the metadata service/],
      ["bind", true, /metrics-link-envoy\.service could listen on a port that it does not list/],
      ["counted", false, /no filter sees the packets of metrics-link-envoy\.service: its lists are not in force/],
      ["stale", true, /systemd runs metrics-link-envoy\.service by an older unit file/],
    ] as const
  ).map(
    ([key, value, told]): Lie => ({
      what: `a service that is not fenced: ${key}`,
      at: "receiver",
      change: (stack) => {
        const [unit] = known(hostOf(stack).fences).units;
        if (unit) unit[key] = value;
      },
      told,
    }),
  ),
  {
    what: "attempts that would fail without a fence as well",
    at: "receiver",
    change: (stack) => {
      known(hostOf(stack).fences).unfenced.metadata = false;
    },
    told: /attempts without any list failed too/,
  },
  {
    what: "ports that any user may take",
    at: "sender",
    change: (stack) => {
      known(hostOf(stack).fences).unprivilegedPortStart = 1024;
    },
    told: /any user may bind ports from 1024, not from 9903/,
  },
  {
    what: "a log that was flooded",
    at: "receiver",
    change: (stack) => known(hostOf(stack).handshakes).cut.push("journald did not keep everything"),
    told: /who came lately: the log is incomplete: journald did not keep everything/,
  },
  {
    what: "Prometheus on every address",
    at: "receiver",
    change: (stack) => known(hostOf(stack).listening).push({ address: "0.0.0.0", port: 9090 }),
    told: /port 9090 can be reached at 0\.0\.0\.0/,
  },
  {
    what: "something that the agent had to put back",
    at: "receiver",
    change: (stack) => known(hostOf(stack).agent).driftedFiles.push("tls/private-key.pem"),
    told: /tls\/private-key\.pem differed from the release; the agent restored it/,
  },
  {
    what: "an agent that no longer runs",
    at: "receiver",
    change: (stack) => {
      known(hostOf(stack).agent).startedAt = "2026-11-26T11:30:00.000Z";
    },
    told: /the agent's last run is of 2026-11-26T11:30:00\.000Z, and the audit of 2026-11-26T12:00/,
  },
  {
    what: "evidence from another day",
    at: "sender",
    change: (stack) => {
      hostOf(stack).takenAt = "1999-01-01T00:00:00.000Z";
    },
    told: /the host's evidence is of 1999-01-01T00:00:00\.000Z/,
  },
  {
    what: "an agent's run in the future",
    at: "sender",
    change: (stack) => {
      known(hostOf(stack).agent).startedAt = "2999-01-01T00:00:00.000Z";
    },
    told: /the agent's last run is of 2999/,
  },
  {
    what: "a certificate that is about to expire",
    at: "sender",
    change: (stack) => {
      const [leaf] = known(hostOf(stack).certificates).chain;
      if (leaf) leaf.notAfter = "2026-11-27T00:00:00.000Z";
    },
    told: /CN=metrics-sender\.account-a\.internal is valid from .* to 2026-11-27/,
  },
  {
    what: "a leaf in the memory of Envoy that is not the one on disk",
    at: "receiver",
    change: (stack) => envoyOf(stack).secrets[0]?.fingerprints.splice(0, 1, strange),
    told: /the leaf that receiver shows: Envoy lacks leaf of receiver/,
  },
  {
    what: "a valid certificate at a wrong address",
    at: "receiver",
    change: (stack) =>
      known(hostOf(stack).handshakes).refused.push({
        filter_chain: "elsewhere",
        peer_sha256: "ab",
        peer_san: "metrics-sender.account-a.internal",
        source: "192.0.2.66:5",
      }),
    told: /who came lately: the certificate of metrics-sender\.account-a\.internal came from 192\.0\.2\.66:5/,
  },
  {
    what: "a host in another account",
    at: "receiver",
    change: (stack) => {
      known(stack.observed).account = "333333333333";
    },
    told: /the host is in account 333333333333, not 222222222222/,
  },
  {
    what: "an update that failed",
    at: "receiver",
    change: (stack) => known(stack.updates).unshift({ kind: "update", result: "failed", endedAt: "now", message: "" }),
    told: /the last update of receiver: update failed at now/,
  },
  {
    what: "source control that is ahead of AWS",
    at: "receiver",
    change: (stack) =>
      known(stack.changes).push({ operation: "update", resource: "aws:lb/listener:Listener receiver-https" }),
    told: /what an update of receiver would change: update aws:lb\/listener:Listener receiver-https/,
  },
  {
    what: "a deviation whose time is over",
    at: "sender",
    change: (stack) => stack.deviations.push({ policy: "hosts-imdsv2", reason: "a test", until: "2026-11-25" }),
    told: /deviation from hosts-imdsv2: a test; ended 2026-11-25/,
  },
  {
    what: "a deviation without an end",
    at: "sender",
    change: (stack) => stack.deviations.push({ policy: "hosts-imdsv2", reason: "a test", until: undefined }),
    told: /deviation from hosts-imdsv2: a test; no end date/,
  },
  {
    what: "a gate that only counts",
    at: "receiver",
    change: (stack) => {
      gateOf(stack).mode = "observe";
    },
    told: /what the gate judges by: its mode is observe, and the configuration says enforce/,
  },
  {
    what: "a gate with a configuration that is not the release's",
    at: "receiver",
    change: (stack) => {
      gateOf(stack).configuration = "0".repeat(64);
    },
    told: /what the gate judges by: it has another configuration than gate\/gate\.json/,
  },
  {
    what: "a gate that lets senders speak for the receiver",
    at: "receiver",
    change: (stack) => gateOf(stack).reserved.link_side?.push("receives"),
    told: /what the gate judges by: a label that is reserved also has link_side=receives/,
  },
  {
    what: "a gate that demands no labels of a sender",
    at: "receiver",
    change: (stack) => {
      gateOf(stack).senders["account-a"] = {};
    },
    told: /sender account-a: what it may write: the gate demands \{\}, and pinned is \{account="111111111111"\}/,
  },
  {
    what: "a gate that does not know a sender",
    at: "receiver",
    change: (stack) => {
      gateOf(stack).senders = {};
    },
    told: /sender account-a: what it may write: the gate does not know it/,
  },
];
