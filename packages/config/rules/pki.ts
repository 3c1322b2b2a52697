import { identityName } from "@metrics-link/contract";
import type { Rule } from "./rule.ts";

const daysPerYear = 365;
/** RFC 1035 section 2.3.4, without the root's own dot. */
const longestName = 253;

export const pkiRules = {
  artifactsOfAnOfflineRoot: {
    keys: ["pki.root", "pki.artefacts"],
    says: "An offline root requires the folder with the certificates of its ceremony.",
    *broken({ pki }) {
      if (pki?.root !== "offline" || pki.artefacts !== undefined) return;
      yield {
        path: ["pki", "artefacts"],
        remedy: "the folder of the repository with this account's certificates from the ceremony",
      };
    },
  },
  intermediateEndsBeforeItsRoot: {
    keys: ["pki.lifetimes.rootYears", "pki.lifetimes.intermediateYears"],
    says: "An intermediate lives shorter than its root, which is older.",
    *broken({ pki }) {
      const { rootYears, intermediateYears } = pki?.lifetimes ?? {};
      if (rootYears === undefined || intermediateYears === undefined || intermediateYears < rootYears) return;
      yield {
        path: ["pki", "lifetimes", "intermediateYears"],
        remedy: `fewer than the ${rootYears} years of the root (pki.lifetimes.rootYears)`,
      };
    },
  },
  leafEndsBeforeItsIntermediate: {
    keys: ["pki.lifetimes.intermediateYears", "pki.lifetimes.leafDays"],
    says: "A leaf lives shorter than its intermediate.",
    *broken({ pki }) {
      const { intermediateYears, leafDays } = pki?.lifetimes ?? {};
      if (intermediateYears === undefined || leafDays === undefined) return;
      if (leafDays < intermediateYears * daysPerYear) return;
      yield {
        path: ["pki", "lifetimes", "leafDays"],
        remedy: `fewer than the ${intermediateYears * daysPerYear} days of the intermediate (pki.lifetimes.intermediateYears)`,
      };
    },
  },
  eachRootOnce: {
    keys: ["pki.generations.root", "pki.generations.otherRoots"],
    says: "Each root is published once, and the one that signs is not among the others.",
    *broken({ pki }) {
      const { root, otherRoots } = pki?.generations ?? {};
      if (root === undefined || otherRoots === undefined) return;
      if (new Set([root, ...otherRoots]).size === otherRoots.length + 1) return;
      yield {
        path: ["pki", "generations", "otherRoots"],
        remedy: `each root once, and not ${root}, which signs (pki.generations.root)`,
      };
    },
  },
  nextIntermediateIsNext: {
    keys: ["pki.generations.intermediate", "pki.generations.nextIntermediate"],
    says: "The next intermediate has a higher number than the one in force.",
    *broken({ pki }) {
      const { intermediate, nextIntermediate } = pki?.generations ?? {};
      if (intermediate === undefined || nextIntermediate === undefined || nextIntermediate > intermediate) return;
      yield {
        path: ["pki", "generations", "nextIntermediate"],
        remedy: `above ${intermediate} (pki.generations.intermediate), or absent`,
      };
    },
  },
  nameOfTheIdentityFits: {
    keys: ["pki.dnsName", "pki.generations.identity"],
    says: `From the second identity on the leaf's name is \`eN.\` and \`pki.dnsName\`, ${longestName} characters in all.`,
    *broken({ pki }) {
      const { dnsName, generations: { identity } = {} } = pki ?? {};
      if (dnsName === undefined || identity === undefined) return;
      const { length } = identityName(dnsName, identity);
      if (length <= longestName) return;
      yield {
        path: ["pki", "dnsName"],
        remedy: `a name shorter by ${length - longestName}: identity ${identity} puts e${identity}. in front of it`,
      };
    },
  },
} satisfies Record<string, Rule>;
