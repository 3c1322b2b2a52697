import type { SetAside } from "@metrics-link/contract";
import { type Alert, alert } from "./alert.ts";
import type { AlertName } from "./settings.ts";

// The labels of a rule are not among `$labels`, which are those of the expression's series.

/**
 * Peers that are not trusted as they ask to be. The update knows them, and what it has decided stands until the next one:
 * so each is a rule that is always true, which needs no series that could go missing.
 */
export const peerAlerts = (setAside: readonly SetAside[]): readonly Alert[] =>
  setAside.map(({ name, reason, words, inForce }) =>
    reason === undefined
      ? alert(
          "PeerSuspended",
          "info",
          `Peer ${name} is suspended: ${literal(words)}. It has no way in or out until that is lifted.`,
          always,
          { peer: name },
        )
      : alert(
          "PeerHeld",
          "warning",
          `What peer ${name} says of itself is not taken: ${reason}. ` +
            (inForce ? "What was accepted before stays in force." : "Nothing of it is in force."),
          always,
          { peer: name, reason },
        ),
  );

/** The alerts whose rules are there only while they fire. */
export const standingAlerts: readonly AlertName[] = ["PeerHeld", "PeerSuspended"];

const always = () => "vector(1)";

/** A text that a template of Prometheus prints as it is: text/template reads a string as Go does, and JSON is a part of that. */
const literal = (text: string) => `{{ ${JSON.stringify(text)} }}`;
