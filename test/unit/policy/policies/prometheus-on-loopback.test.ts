import { specifyRelease } from "../support/specification.ts";

specifyRelease("prometheus-on-loopback", "sender", {
  "every interface": [
    (it) =>
      it.file("systemd/metrics-link-prometheus.service", (text) => text.replace("127.0.0.1:9090", "0.0.0.0:9090")),
    /0.0.0.0:9090 instead of one on 127.0.0.1/,
  ],
  "a second address": [
    (it) =>
      it.file("systemd/metrics-link-prometheus.service", (text) =>
        text.replace(/^(ExecStart=.*)$/m, "$1 --web.listen-address=:9099"),
      ),
    /instead of one on 127.0.0.1/,
  ],
  "the admin API": [
    (it) =>
      it.file("systemd/metrics-link-prometheus.service", (text) =>
        text.replace(/^(ExecStart=.*)$/m, "$1 --web.enable-admin-api"),
      ),
    /--web.enable-admin-api/,
  ],
  "a sender that takes writes": [
    (it) =>
      it.file("systemd/metrics-link-prometheus.service", (text) =>
        text.replace(/^(ExecStart=.*)$/m, "$1 --web.enable-remote-write-receiver"),
      ),
    /a sender takes writes/,
  ],
});
