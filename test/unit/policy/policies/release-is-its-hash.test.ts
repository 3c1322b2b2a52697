import { packedRelease } from "@metrics-link/release";
import { specifyRelease } from "../support/specification.ts";

specifyRelease("release-is-its-hash", "sender", {
  "another name": [
    (it) =>
      it.edit("aws:s3/bucketObjectv2:BucketObjectv2", (props) => {
        props.key = `releases/sender/${"0".repeat(64)}.json`;
      }),
    /the key is releases\/sender\/0+\.json/,
  ],
  "another text, compressed": [
    (it) =>
      it.edit("aws:s3/bucketObjectv2:BucketObjectv2", (props) => {
        props.contentBase64 = packedRelease(`${props.content} `);
        props.content = undefined;
      }),
    /instead of releases\/sender/,
  ],
  "two contents": [
    (it) =>
      it.edit("aws:s3/bucketObjectv2:BucketObjectv2", (props) => {
        props.contentBase64 = packedRelease(props.content);
      }),
    /cannot be read as a release/,
  ],
  "another host's folder": [
    (it) =>
      it.edit("aws:s3/bucketObjectv2:BucketObjectv2", (props) => {
        props.key = props.key.replace("sender", "receiver");
      }),
    /instead of releases\/sender/,
  ],
});
