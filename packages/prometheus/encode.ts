import { type HostFile, hostUsers } from "@metrics-link/release";
import { stringify } from "yaml";
import { releaseFiles } from "./release-files.ts";
import type { Rendering } from "./render.ts";

/** YAML that parsers of 1.1 and 1.2 read alike, without anchors and without folded lines. */
export function toYaml(value: object): string {
  return stringify(value, { aliasDuplicateObjects: false, lineWidth: 0, compat: "yaml-1.1" });
}

/** The files of a release that make up Prometheus' configuration. */
export function prometheusFiles({ configuration, ruleGroups, ruleFiles, alertmanagers }: Rendering): HostFile[] {
  return [
    file(releaseFiles.configuration, toYaml(configuration)),
    file(releaseFiles.alerts, toYaml({ groups: ruleGroups })),
    ...alertmanagers.flatMap(({ ca }, index) =>
      ca === undefined ? [] : [file(releaseFiles.alertmanagerCa(index), ca)],
    ),
    ...ruleFiles.map(({ name, content }) => file(releaseFiles.ruleFile(name), content)),
  ];
}

/** Root owns and writes; Prometheus' user only reads. */
const file = (path: string, content: string): HostFile => ({
  path,
  content,
  mode: "0640",
  owner: "root",
  group: hostUsers.prometheus,
});
