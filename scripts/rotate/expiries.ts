import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { artifactNames } from "@metrics-link/contract";
import type { View } from "@metrics-link/pki/rotation/index.ts";

const day = 86_400_000;

/**
 * How long the authorities in force live, from the folder of artifacts, in lines for a person.
 * @param leafDays what a leaf is to live: below that an intermediate would end before the leaves that it signs
 */
export function describeExpiries({ inForce }: View, folder: string, leafDays: number, now: number): string[] {
  const { root, otherRoots, intermediate } = inForce.generations;
  const files = [...[root, ...otherRoots].map(artifactNames.root), artifactNames.intermediate(intermediate)];
  return files
    .filter((name) => existsSync(join(folder, name)))
    .map((name) => {
      const { validToDate } = new X509Certificate(readFileSync(join(folder, name)));
      const days = Math.floor((validToDate.getTime() - now) / day);
      const late = days < leafDays ? ": a leaf would outlive it; rotate it now" : "";
      return `  ${name.padEnd(20)}  until ${validToDate.toISOString()}, ${days} days${late}`;
    });
}
