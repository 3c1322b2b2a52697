import { alert } from "./alert.ts";

/** The text as Prometheus' templates print it unchanged: text/template reads a string as Go does, and JSON is a part of that. */
const literal = (text: string) => `{{ ${JSON.stringify(text)} }}`;
const always = () => "vector(1)";

/**
 * Peers that are held or suspended. The update decided that and it holds until the next update, so each rule is always
 * true and needs no series that could go missing. `$labels` would not have a rule's own labels, so the texts name the peer.
 */
export const peerAlerts = {
  PeerHeld: alert("warning", { for: "0s" }, "The outputs of a peer are rejected.", always, {
    each: ({ setAside }) =>
      setAside.flatMap(({ name, reason, inForce }) =>
        reason === undefined
          ? []
          : [
              {
                summary: `The outputs of peer ${name} are rejected: ${reason}. ${inForce ? "The last accepted values stay in force." : "No values of it are in force."}`,
                labels: { peer: name, reason },
              },
            ],
      ),
  }),
  PeerSuspended: alert("info", { for: "0s" }, "A peer is suspended.", always, {
    each: ({ setAside }) =>
      setAside.flatMap(({ name, reason, words }) =>
        reason === undefined
          ? [
              {
                summary: `Peer ${name} is suspended: ${literal(words)}. No connection from or to it is possible until the suspension is removed.`,
                labels: { peer: name },
              },
            ]
          : [],
      ),
  }),
};

/** The alerts whose rules exist only while they fire. */
export const standingAlerts = Object.keys(peerAlerts) as (keyof typeof peerAlerts)[];
