import { releaseIsItsHash } from "@metrics-link/policy/policies/release-is-its-hash.ts";
import { specifyRelease } from "../support/specification.ts";

specifyRelease(releaseIsItsHash, "sender", {
  "another name": [
    (it) =>
      it.edit("aws:s3/bucketObjectv2:BucketObjectv2", (props) => {
        props.key = `releases/sender/${"0".repeat(64)}.json`;
      }),
    /the key is releases\/sender\/0+\.json/,
  ],
  "another host's folder": [
    (it) =>
      it.edit("aws:s3/bucketObjectv2:BucketObjectv2", (props) => {
        props.key = props.key.replace("sender", "receiver");
      }),
    /instead of releases\/sender/,
  ],
});
