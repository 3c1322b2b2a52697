import { z } from "zod";
import { key } from "./values.ts";

/** The receiver's gate, which holds each sender to its labels and limits (docs/decisions/0805). */
export const gate = z
  .strictObject({
    mode: key(
      z.enum(["enforce", "observe"], { error: "enforce, or observe to count and refuse nothing" }).default("enforce"),
      {
        description:
          "What happens to a lie. `enforce`: the gate refuses series that do not belong to the sender that writes them. `observe`: it counts them and lets everything through, of all senders and above their limits, such as before labels are pinned for a fleet that is there; GateObserves fires. A change is a reload.",
        example: "observe",
        affects: "`senders[].labels` and `senders[].limits`; SenderPoses fires in either mode",
      },
    ),
  })
  .prefault({});
