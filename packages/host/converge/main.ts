import { askHost } from "./ask-host.ts";
import { readEnvironment } from "./environment.ts";
import { managementClient } from "./management-client.ts";
import { systemClock } from "./run-command.ts";

// The update shows what is printed here, and fails when this fails.
const request = readEnvironment(process.env);
const { word, converged } = await askHost(managementClient(request), request, systemClock);
console.log(word);
process.exitCode = converged ? 0 : 1;
