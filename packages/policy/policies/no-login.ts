import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";
import { strangeIn } from "../model/user-data.ts";

export const noLogin: ResourceRule = {
  kind: "resource",
  name: "no-login",
  fence: "host",
  rule: "Nobody logs in to a host: no key pair, no port 22, and user data with what is known and nothing else.",
  reason:
    "A login is a way in that leaves no release; and what runs at the first boot runs as root, before any release.",
  remedy: "Leave keys and ports out; add what user data needs to packages/policy/model/user-data.ts.",
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
    if (text !== "") for (const found of strangeIn(text)) yield `user data ${found}`;
  },
};
