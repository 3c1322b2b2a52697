import { queueDefaults, secondsOf } from "@metrics-link/release";
import { accepted, type Rule, repeated } from "./rule.ts";

/** Samples in all queues together. One takes about 100 bytes, so this is 1 GiB (prometheus/storage/remote, `timeSeries`). */
const mostBuffered = 10_000_000;

const queueKey = (name: keyof typeof queueDefaults) => `prometheus.remoteWrite.${name}`;

export const prometheusRules = {
  shardsInOrder: {
    keys: [queueKey("minShards"), queueKey("maxShards")],
    says: `\`minShards\` is at most \`maxShards\`, which is ${queueDefaults.maxShards} unless set.`,
    *broken({ prometheus }) {
      const { minShards = queueDefaults.minShards, maxShards = queueDefaults.maxShards } =
        prometheus?.remoteWrite ?? {};
      if (minShards <= maxShards) return;
      const remedy = `at most the ${maxShards} of ${queueKey("maxShards")}`;
      yield { path: ["prometheus", "remoteWrite", "minShards"], remedy };
    },
  },
  backoffsInOrder: {
    keys: [queueKey("minBackoff"), queueKey("maxBackoff")],
    says: `\`minBackoff\` is at most \`maxBackoff\`. Unset they are \`${queueDefaults.minBackoff}\` and \`${queueDefaults.maxBackoff}\`.`,
    *broken({ prometheus }) {
      const { minBackoff = queueDefaults.minBackoff, maxBackoff = queueDefaults.maxBackoff } =
        prometheus?.remoteWrite ?? {};
      if (secondsOf(minBackoff) <= secondsOf(maxBackoff)) return;
      const remedy = `at most the ${maxBackoff} of ${queueKey("maxBackoff")}`;
      yield { path: ["prometheus", "remoteWrite", "minBackoff"], remedy };
    },
  },
  aShardHoldsABatch: {
    keys: [queueKey("capacity"), queueKey("maxSamplesPerSend")],
    says: `A shard buffers at least one batch. Unset they are ${queueDefaults.capacity} and ${queueDefaults.maxSamplesPerSend}.`,
    *broken({ prometheus }) {
      const { capacity = queueDefaults.capacity, maxSamplesPerSend = queueDefaults.maxSamplesPerSend } =
        prometheus?.remoteWrite ?? {};
      if (capacity >= maxSamplesPerSend) return;
      const remedy = `at least the ${maxSamplesPerSend} of ${queueKey("maxSamplesPerSend")}`;
      yield { path: ["prometheus", "remoteWrite", "capacity"], remedy };
    },
  },
  queuesFitIntoMemory: {
    keys: [queueKey("capacity"), queueKey("maxShards")],
    says: `\`capacity\` times \`maxShards\` is at most ${mostBuffered}: about 1 GiB of memory.`,
    *broken({ prometheus }) {
      const { capacity = queueDefaults.capacity, maxShards = queueDefaults.maxShards } = prometheus?.remoteWrite ?? {};
      if (capacity * maxShards <= mostBuffered) return;
      const remedy = `at most ${Math.floor(mostBuffered / maxShards)} with ${maxShards} shards (${queueKey("maxShards")}): all of them are held in memory`;
      yield { path: ["prometheus", "remoteWrite", "capacity"], remedy };
    },
  },
  oneWayToProveOneself: {
    keys: ["prometheus.alertmanagers[].basicAuth.username", "prometheus.alertmanagers[].bearerToken"],
    says: "An Alertmanager is shown a password or a token, not both.",
    *broken({ prometheus }) {
      for (const [index, { basicAuth, bearerToken }] of accepted(prometheus?.alertmanagers)) {
        if (basicAuth === undefined || bearerToken === undefined) continue;
        yield { path: ["prometheus", "alertmanagers", index], remedy: "basicAuth or bearerToken, not both" };
      }
    },
  },
  eachAlertmanagerOnce: {
    keys: ["prometheus.alertmanagers[].url"],
    says: "Each Alertmanager stands in the list once: it would get every alert twice.",
    *broken({ prometheus }) {
      const urls = accepted(prometheus?.alertmanagers).flatMap(([index, { url }]) =>
        url === undefined ? [] : [[index, new URL(url).href] as const],
      );
      for (const index of repeated(urls)) {
        yield { path: ["prometheus", "alertmanagers", index, "url"], remedy: "each Alertmanager once" };
      }
    },
  },
} satisfies Record<string, Rule>;
