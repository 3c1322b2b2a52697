import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const pem = "-----BEGIN EC PRIVATE KEY-----\n";

specify("no-key-material", {
  passes: {
    "a secret's value": resource(types.secretVersion, { secretString: pem }),
    "a certificate": resource(types.bucketObject, { content: "-----BEGIN CERTIFICATE-----" }),
  },
  fails: {
    "a command": [resource("command:local:Command", { environment: { KEY: pem } }), /environment holds a private key/],
    "user data": [
      resource(types.instance, { userDataBase64: Buffer.from(`#cloud-config\n# and more\n${pem}`).toString("base64") }),
      /userDataBase64 holds a private key/,
    ],
    "a tag": [resource(types.volume, { tags: { note: "AKIAIOSFODNN7EXAMPLE" } }), /tags holds an access key/],
  },
  undecidable: {
    "a text that is not known": resource(types.bucketObject, { content: unknown }),
  },
});
