import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const bucket = (change = {}) => resource(types.bucket, { bucket: "b", ...change });
const versions = (status: string) =>
  resource(types.bucketVersioning, { bucket: "b", versioningConfiguration: { status } });
const encryption = resource(types.bucketEncryption, {
  bucket: "b",
  rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
});

specify("bucket-is-versioned", {
  passes: {
    "versions and encryption": [bucket(), versions("Enabled"), encryption],
  },
  fails: {
    "suspended versions": [[bucket(), versions("Suspended"), encryption], /versioning is Suspended/],
    "no versions": [[bucket(), encryption], /versioning is not set/],
    "no encryption": [[bucket(), versions("Enabled")], /no encryption/],
  },
  undecidable: {
    "a status that is not known": [bucket(), versions(unknown), encryption],
  },
});
