import { rootsDiffer } from "@metrics-link/policy/policies/roots-differ.ts";
import { certificates } from "../support/certificates.ts";
import { specifyRelease } from "../support/specification.ts";

specifyRelease(rootsDiffer, "receiver", {
  "the own root in the peer's bundle": [
    (it) => it.file("tls/roots/account-a.pem", (text) => text + certificates.receiver.root),
    /holds this side's own root/,
  ],
});
