import { type CloudInitInput, cloudInit, cloudInitText } from "@metrics-link/host/cloud/cloud-init.ts";
import { types } from "@metrics-link/policy/model/resources.ts";
import { stringify } from "yaml";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const host: CloudInitInput = {
  hostName: "sender",
  region: "eu-west-1",
  bucket: "metrics-link-sender-111111111111-eu-west-1",
};
const instance = (text: string) => resource(types.instance, { userDataBase64: Buffer.from(text).toString("base64") });
const said = cloudInit(host);
/** User data with keys more or other. */
const changed = (change: object) => instance(`#cloud-config\n${stringify({ ...said, ...change })}`);
const [first, ...others] = said.users;
const [file] = said.write_files;

specify("no-login", {
  passes: {
    "what the program renders": instance(cloudInitText(host)),
    "another port": resource(types.ingressRule, { ipProtocol: "tcp", fromPort: 443, toPort: 443 }),
  },
  fails: {
    "a key pair": [resource(types.instance, { keyName: "admin" }), /key pair admin/],
    "port 22": [resource(types.ingressRule, { ipProtocol: "tcp", fromPort: 1, toPort: 1024 }), /port 22 is open/],
    "every port": [resource(types.egressRule, { ipProtocol: "-1" }), /port 22 is open/],
    "a key in user data": [changed({ ssh_authorized_keys: ["a"] }), /user data has ssh_authorized_keys/],
    "a password in user data": [changed({ chpasswd: { users: [] } }), /user data has chpasswd/],
    "a command at every boot": [changed({ bootcmd: ["id"] }), /user data has bootcmd/],
    "a package": [changed({ packages: ["openssh-server"] }), /user data has packages/],
    "passwords over SSH": [changed({ ssh_pwauth: true }), /ssh_pwauth: true instead of false/],
    "no setting for root": [changed({ disable_root: undefined }), /user data lacks disable_root/],
    "the image's own user": [changed({ users: ["default", ...said.users] }), /has users: "default"/],
    "a user more": [changed({ users: [{ ...first, name: "admin" }, ...others] }), /has the user "admin"/],
    "a user who is root": [changed({ users: [{ ...first, uid: 0 }, ...others] }), /with the number 0/],
    "a shell": [changed({ users: [{ ...first, shell: "/bin/bash" }, ...others] }), /shell: "\/bin\/bash" for the user/],
    "a user who may do everything": [
      changed({ users: [{ ...first, sudo: "ALL" }, ...others] }),
      /has sudo for the user/,
    ],
    "a user without a locked password": [
      changed({ users: [{ ...first, lock_passwd: undefined }, ...others] }),
      /has no lock_passwd/,
    ],
    "a file more": [changed({ write_files: [{ ...file, path: "/etc/cron.d/x" }] }), /writes "\/etc\/cron.d\/x"/],
    "a file that anybody may write": [changed({ write_files: [{ ...file, permissions: "0666" }] }), /instead of 0644/],
    "a file of somebody's": [changed({ write_files: [{ ...file, owner: "envoy" }] }), /has owner for the file/],
    "a duplicate key": [instance("#cloud-config\nusers: []\nusers: []\n"), /cannot be read: Map keys must be unique/],
    "an anchor": [instance("#cloud-config\nusers: &a []\nwrite_files: *a\n"), /cannot be read/],
    "a script": [instance("#!/bin/sh\n"), /is not a cloud-config/],
    "a template": [instance("## template: jinja\n#cloud-config\n"), /is not a cloud-config/],
  },
  undecidable: {
    "user data that is not known": resource(types.instance, { userDataBase64: unknown }),
  },
});
