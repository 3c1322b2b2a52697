import { specifyRelease } from "../support/specification.ts";

specifyRelease("tools-are-pinned", "sender", {
  "a tool that is not named by its hash": [
    (it) =>
      it.release((release) => {
        for (const tool of release.tools) tool.key = "tools/latest";
      }),
    /does not hold its hash: tools\/latest/,
  ],
  "an agent that is not": [
    (it) =>
      it.release((release) => {
        release.agent.key = "agent/latest.mjs";
      }),
    /key of the agent does not hold its hash/,
  ],
  "a program of the system": [
    (it) =>
      it.file("systemd/metrics-link-prometheus.service", (text) =>
        text.replace("/opt/metrics-link/current/bin/", "/usr/bin/"),
      ),
    /runs \/usr\/bin\/prometheus/,
  ],
  "a first boot without hashes": [
    (it) =>
      it.edit("aws:s3/bucketObjectv2:BucketObjectv2", (props) => {
        props.key = "releases/sender/bootstrap.txt";
        props.content = "node - tools/node/latest";
      }),
    /the first boot takes node/,
  ],
  "a first boot in base64, which would be read by nobody here": [
    (it) =>
      it.edit("aws:s3/bucketObjectv2:BucketObjectv2", (props) => {
        props.key = "releases/sender/bootstrap.txt";
        props.contentBase64 = Buffer.from("node - tools/node/latest").toString("base64");
        props.content = undefined;
      }),
    /bootstrap\.txt has its content in base64/,
  ],
});
