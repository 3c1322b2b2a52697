import { specifyRelease } from "../support/specification.ts";

for (const role of ["sender", "receiver"] as const) {
  specifyRelease("files-are-known", role, {
    "a file that nobody expects": [
      (it) =>
        it.release((release) => {
          for (const file of release.files) if (file.path === "envoy/drain.sh") file.path = "envoy/lua/drain.lua";
        }),
      /envoy\/lua\/drain.lua is not a known file/,
    ],
    "a file that its reader may write": [
      (it) =>
        it.release((release) => {
          for (const file of release.files) if (file.path === "prometheus/prometheus.yml") file.owner = "prometheus";
        }),
      /prometheus.yml is prometheus:prometheus 0640 instead of root:prometheus 0640/,
    ],
    "a file of another mode": [
      (it) =>
        it.release((release) => {
          for (const file of release.files) if (file.path === "envoy/drain.sh") file.mode = "0755";
        }),
      /drain.sh is root:root 0755 instead of root:root 0644/,
    ],
  });
}
