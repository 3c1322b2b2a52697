import { type AnyConfiguration, fences, type Policy } from "../model/policy.ts";
import { addresses, addressesAreKept, addressesArePinned } from "./addresses.ts";
import { buckets } from "./buckets.ts";
import { certificates } from "./certificates.ts";
import { accountIsBound, closedSets } from "./closed-sets.ts";
import { deviationsAreWritten } from "./deviations.ts";
import { dnsIsFenced } from "./dns.ts";
import { envoy } from "./envoy.ts";
import { exchangeHasAddressesAlone } from "./exchange.ts";
import { exporters } from "./exporters.ts";
import { gate } from "./gate.ts";
import { hosts } from "./hosts.ts";
import { iam } from "./iam.ts";
import { network } from "./network.ts";
import { peers } from "./peers.ts";
import { pki } from "./pki.ts";
import { prometheus } from "./prometheus.ts";
import { releases } from "./releases.ts";
import { outputsArePublic, secrets } from "./secrets.ts";
import { ways } from "./ways.ts";

/** One file a subject. A policy is added to the list of its file. */
const bySubject: readonly Policy[] = [
  ...addresses,
  ...network,
  ...ways,
  dnsIsFenced,
  ...hosts,
  ...envoy,
  ...gate,
  ...peers,
  ...prometheus,
  ...exporters,
  ...pki,
  ...certificates,
  ...secrets,
  ...releases,
  ...buckets,
  ...iam,
  ...closedSets,
  exchangeHasAddressesAlone,
];

const deviations = deviationsAreWritten(bySubject.map(({ name }) => name));

/** Those that judge an exchange stack, which has no host. */
export const exchangePolicies: readonly Policy<AnyConfiguration>[] = [
  accountIsBound,
  addressesAreKept,
  addressesArePinned,
  outputsArePublic,
  exchangeHasAddressesAlone,
  deviations,
];

/** Every policy of the pack, by fence and name. */
export const policies: readonly Policy[] = [...bySubject, deviations].toSorted(
  (one, other) => fences.indexOf(one.fence) - fences.indexOf(other.fence) || one.name.localeCompare(other.name, "en"),
);
