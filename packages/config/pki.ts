import { dnsName } from "@metrics-link/contract";
import { z } from "zod";
import { integer, key, path, words } from "./values.ts";

const generation = integer(1, 9999, "as the number of a generation");

const generations = z
  .strictObject({
    root: key(generation.default(1), {
      description: "The root that signs: it signed the intermediate in force.",
      example: "2",
    }),
    otherRoots: key(
      z
        .array(generation, { error: "a list of generation numbers" })
        .max(3, { error: "at most three: the peer pins four roots" })
        .default([]),
      {
        description: "Roots that are published besides: the next one before it signs, the last one until it has gone.",
        range: "at most three, each once, without the one that signs",
        example: "[2]",
      },
    ),
    intermediate: key(generation.default(1), {
      description: "The intermediate in force. The leaf is issued anew with it.",
      example: "2",
    }),
    nextIntermediate: key(generation.optional(), {
      description: "An intermediate whose key and request are made already, so that a ceremony can sign it.",
      range: "above `intermediate`, to 9999",
      example: "2",
    }),
    leaf: key(generation.default(1), {
      description: "The leaf. Another number is a new key and a new certificate.",
      example: "2",
    }),
    identity: key(generation.default(1), {
      description:
        "Part of the leaf's name from 2 on. Raised in an emergency: the peer's next update refuses every earlier leaf.",
      example: "2",
    }),
  })
  .prefault({});

const lifetimesPolicy = "lifetimes-are-bounded";

const lifetimes = z
  .strictObject({
    rootYears: key(integer(1, 30, "years").default(10), {
      description: "Validity of the root in years.",
      bound: { policy: lifetimesPolicy, parameter: "rootYears", says: "at most * in a trial" },
      example: "10",
    }),
    intermediateYears: key(integer(1, 15, "years").default(5), {
      description: "Validity of the intermediate in years.",
      bound: { policy: lifetimesPolicy, parameter: "intermediateYears", says: "at most * in a trial" },
      example: "5",
    }),
    leafDays: key(integer(1, 397, "days").default(30), {
      description: "Validity of the leaf in days. Any update in its last third renews it.",
      bound: { policy: lifetimesPolicy, parameter: "leafDays", says: "at most *" },
      affects: "the thresholds of LeafRenewalOverdue and LeafExpiring",
      example: "30",
    }),
  })
  .prefault({});

export const pki = z.strictObject({
  // "ORGANIZATION Intermediate CA G9999" has 64 characters at most (RFC 5280 appendix A, ub-common-name).
  organization: key(words(40, "the name of an organization"), {
    description:
      "The organization in the subject of this account's certificates. It cannot change without a new root, because the names of root and intermediate begin with it.",
    range: "1 to 40 characters of any script, no blank at either end",
    example: '"Acme, Inc."',
    affects: "the certificates in `pki.artefacts`",
    stricter:
      "X.509 takes blanks at either end and characters that nobody sees. Two names that look the same would then differ.",
  }),
  dnsName: key(dnsName, {
    description: "The one DNS name in this side's leaf. The peer accepts exactly this name. It need not resolve.",
    range: "lower case, at least one dot, no wildcard",
    affects: "what the peer expects: an update after which it would refuse this side's leaf is refused",
    stricter: "X.509 takes wildcards. The peer compares the whole name, so that no other leaf fits.",
    example: "metrics-sender.account-a.internal",
  }),
  root: key(z.enum(["offline", "trial"], { error: "offline, or trial for a first try" }).default("offline"), {
    description:
      "Where the root key is stored: `offline` on a removable medium, or `trial` in this stack's own state. See [the PKI](pki.md).",
    example: "offline",
  }),
  artefacts: key(path("folder").optional(), {
    description:
      "The folder with the root certificates, requests and signed intermediates of the ceremony. All public. Required unless the root is a trial.",
    range: "a folder",
    example: "pki/account-a",
  }),
  lifetimes,
  generations,
});
