import { types } from "@metrics-link/policy/model/types.ts";
import { noLogin } from "@metrics-link/policy/policies/no-login.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const instance = (text: string) => resource(types.instance, { userDataBase64: Buffer.from(text).toString("base64") });

specify(noLogin, {
  passes: {
    "a host that nobody logs in to": instance("#cloud-config\nusers:\n  - name: envoy\n    shell: /usr/sbin/nologin\n"),
    "another port": resource(types.ingressRule, { ipProtocol: "tcp", fromPort: 443, toPort: 443 }),
  },
  fails: {
    "a key pair": [resource(types.instance, { keyName: "admin" }), /key pair admin/],
    "port 22": [resource(types.ingressRule, { ipProtocol: "tcp", fromPort: 1, toPort: 1024 }), /port 22 is open/],
    "every port": [resource(types.egressRule, { ipProtocol: "-1" }), /port 22 is open/],
    "a key in user data": [instance("#cloud-config\nssh_authorized_keys: [a]\n"), /user data has ssh_authorized_keys/],
    "a password in user data": [instance("#cloud-config\nchpasswd: { users: [] }\n"), /user data has chpasswd/],
    "a script": [instance("#!/bin/sh\n"), /no cloud-config/],
  },
  undecidable: {
    "user data that is not known": resource(types.instance, { userDataBase64: unknown }),
  },
});
