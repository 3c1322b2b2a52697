import { writesGoThroughEnvoy } from "@metrics-link/policy/policies/writes-go-through-envoy.ts";
import { specifyRelease } from "../support/specification.ts";

specifyRelease(writesGoThroughEnvoy, "sender", {
  "a write past Envoy": [
    (it) =>
      it.yaml("prometheus/prometheus.yml", (found) => {
        found.remote_write[0].url = "http://192.0.2.1/";
      }),
    /remote_write goes to http:\/\/192.0.2.1/,
  ],
  "a second write": [
    (it) =>
      it.yaml("prometheus/prometheus.yml", (found) => {
        found.remote_write.push(found.remote_write[0]);
      }),
    /2 entries of remote_write/,
  ],
  "a read": [
    (it) =>
      it.yaml("prometheus/prometheus.yml", (found) => {
        found.remote_read = [{ url: "http://192.0.2.1/" }];
      }),
    /remote_read is set/,
  ],
});
