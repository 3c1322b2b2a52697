/** `pulumi-resource-command`: commands on this machine, as parts of a stack. */
import { defineProvider, serveProvider } from "../rpc/index.ts";
import { localCommand, localRun } from "./resources.ts";

await serveProvider(
  defineProvider({
    name: "command",
    version: "1.2.1",
    config: {},
    configure: () => undefined,
    resources: { "command:local:Command": localCommand },
    invokes: { "command:local:run": localRun },
  }),
);
