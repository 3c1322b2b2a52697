import { parse } from "yaml";
import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

/** Of cloud-init: what lets somebody log in. */
const logins = [
  "ssh_authorized_keys",
  "ssh_import_id",
  "passwd",
  "hashed_passwd",
  "plain_text_passwd",
  "chpasswd",
  "sudo",
];

export const noLogin: ResourceRule = {
  kind: "resource",
  name: "no-login",
  fence: "host",
  rule: "Nobody logs in to a host: no key pair, no port 22, no password and no key in its user data.",
  reason: "A login is a way in that leaves no release, and a key for it is one that nobody rotates.",
  remedy: "Leave keyName and ssh keys out, open no port for it, and reach hosts by Systems Manager.",
  source: "docs/architecture.md; CIS AWS Foundations 5.2; docs/decisions/0210",
  types: [types.instance, types.ingressRule, types.egressRule],
  *check({ type, props }) {
    if (type !== types.instance) {
      const { ipProtocol, fromPort = 0, toPort = 65_535 } = props;
      for (const port of [22, 3389]) {
        if (ipProtocol === "-1" || (fromPort <= port && port <= toPort)) yield `port ${port} is open`;
      }
      return;
    }
    if (props.keyName !== undefined) yield `the key pair ${props.keyName} logs in`;
    const text = props.userData ?? Buffer.from(props.userDataBase64 ?? "", "base64").toString();
    const found = keysOf(text.startsWith("#cloud-config") ? parse(text) : text).filter((key) => logins.includes(key));
    if (found.length > 0) yield `user data has ${[...new Set(found)].join(", ")}`;
    if (text !== "" && !text.startsWith("#cloud-config"))
      yield "user data is no cloud-config, so nobody can tell what it does";
  },
};

function keysOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, found]) => [key, ...keysOf(found)]);
}
