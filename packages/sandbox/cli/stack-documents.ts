/** The configuration of a stack of the sandbox as it begins: the repository's example, changed where one machine requires it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, parseDocument } from "yaml";
import { accounts, guests, type Side } from "../world/accounts.ts";

export const marker = " Written by the sandbox for its own stack; `npm run -s sandbox -- down` removes it.";

/** The Alertmanager settings of a stack's configuration. */
export interface Alertmanager {
  /** The name of the endpoint service that leads to it. */
  readonly endpointService: string;
  readonly url: string;
  /** PEM file of its CA. */
  readonly ca: string;
  readonly username: string;
}

interface ExchangeFacts {
  /** The stack that it shows. */
  readonly shows: string;
  /** The folder of the account's ceremonies. */
  readonly artefacts: string;
}

interface HostFacts {
  /** The account's own exchange stack, which has the addresses. */
  readonly exchange: string;
  readonly artefacts: string;
  /** Receives the alerts. */
  readonly alertmanager: Alertmanager;
}

/** @param examples the folder of the examples */
export function exchangeDocument(examples: string, side: Side, { shows, artefacts }: ExchangeFacts): Document {
  const document = example(examples, side, "-exchange");
  document.setIn(["config", "metrics-link:shows", "stack"], shows);
  if (side === "receiver") document.setIn(["config", "metrics-link:shows", "addresses"], 2);
  // Artifacts of the sandbox's ceremonies stay out of the repository.
  document.setIn(["config", "metrics-link:pki", "artefacts"], artefacts);
  return document;
}

/** @param examples the folder of the examples */
export function hostDocument(examples: string, side: Side, { exchange, artefacts, alertmanager }: HostFacts): Document {
  const document = example(examples, side);
  document.setIn(["config", "metrics-link:exchange"], exchange);
  // Instead of every fifteen: a person sees samples at once, and a test sees many. With every second, two Prometheus and
  // their exporters at rest take twice the CPU, a third of a core on a small machine.
  document.setIn(["config", "metrics-link:prometheus", "scrapeInterval"], "2s");
  // Tools built from package registries have no hash of an official download.
  document.setIn(["config", "metrics-link:tools"], document.createNode({ acceptUnpinned: true }));
  // Two addresses, so that drills can take one away. Moving to one, and a sender with one zone, are there as well.
  if (side === "receiver") document.setIn(["config", "metrics-link:network", "zones"], ["eu-west-1a", "eu-west-1b"]);
  // The sandbox itself answers Systems Manager for its hosts.
  document.setIn(["config", "metrics-link:host", "imageBringsManagementAgent"], true);
  document.setIn(["config", "metrics-link:pki", "artefacts"], artefacts);
  const { endpointService, url, ca, username } = alertmanager;
  document.setIn(["config", "metrics-link:network", "endpointServices"], [endpointService]);
  // Without the password, which `pulumi config set --secret` writes.
  document.setIn(["config", "metrics-link:prometheus", "alertmanagers"], [{ url, ca, basicAuth: { username } }]);
  // The sandbox's internet uses the documentation addresses of RFC 5737.
  document.setIn(["config", "metrics-link:network", "documentationAddresses"], true);
  return document;
}

/** The example of the account's role. That of a sender is written for account A; each guest has an account of its own. */
function example(examples: string, side: Side, suffix = ""): Document {
  const guest = guests.find((one) => one === side);
  const text = readFileSync(join(examples, `${guest === undefined ? side : "sender"}${suffix}.yaml`), "utf8");
  const document = parseDocument(guest === undefined ? text : inAccount(text, guest));
  document.commentBefore = marker;
  return document;
}

const inAccount = (text: string, guest: (typeof guests)[number]): string => {
  const letter = guest.slice(-1);
  return text
    .replaceAll(accounts.sender, accounts[guest])
    .replaceAll("account-a", `account-${letter}`)
    .replaceAll("Account A", `Account ${letter.toUpperCase()}`);
};
