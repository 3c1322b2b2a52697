import { specifyRelease } from "../support/specification.ts";

specifyRelease("writes-go-through-envoy", "sender", {
  "a write past Envoy": [
    (it) =>
      it.document("prometheus/prometheus.yml", (found) => {
        found.remote_write[0].url = "http://192.0.2.1/";
      }),
    /remote_write goes to http:\/\/192.0.2.1/,
  ],
  "a second write": [
    (it) =>
      it.document("prometheus/prometheus.yml", (found) => {
        found.remote_write.push(found.remote_write[0]);
      }),
    /2 entries of remote_write/,
  ],
  "a read": [
    (it) =>
      it.document("prometheus/prometheus.yml", (found) => {
        found.remote_read = [{ url: "http://192.0.2.1/" }];
      }),
    /remote_read is set/,
  ],
  "a number in octal": [
    (it) =>
      it.file("prometheus/prometheus.yml", (text) => `${text}storage: { tsdb: { out_of_order_time_window: 032 } }\n`),
    /^prometheus\/prometheus\.yml: storage\.tsdb\.out_of_order_time_window is not the same to a parser of YAML 1\.1$/,
  ],
  "a merge, by an anchor": [
    (it) =>
      it.file("prometheus/prometheus.yml", (text) => `x: &x { url: "http://192.0.2.1/" }\ny: { <<: *x }\n${text}`),
    /it has the anchor &x/,
  ],
  "a duplicate key": [
    (it) => it.file("prometheus/prometheus.yml", (text) => `${text}remote_write: []\n`),
    /Map keys must be unique/,
  ],
  "a tag": [(it) => it.file("prometheus/prometheus.yml", (text) => `x: !!binary aGk=\n${text}`), /it has the tag/],
});
