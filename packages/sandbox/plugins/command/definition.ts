/** The command provider: commands on this machine, as parts of a stack. Remote commands are not modelled. */
import { defineProvider } from "../rpc/index.ts";
import { localCommand, localRun } from "./resources.ts";

export const definition = defineProvider({
  name: "command",
  version: "1.2.1",
  built: "native",
  config: {},
  configure: () => undefined,
  resources: { "command:local:Command": localCommand },
  invokes: { "command:local:run": localRun },
});
