import { askHost, printed, readEnvironment } from "./ask-host.ts";
import { deployersManagement, systemClock } from "./run-command.ts";

// `pulumi up` shows what this prints, and fails when it fails.
const request = readEnvironment(process.env);
const management = deployersManagement(request.region, request.roleToAssume);
const { statusReport, converged } = await askHost(management, request, systemClock);
console.log(printed(request.instanceId, statusReport));
process.exitCode = converged ? 0 : 1;
