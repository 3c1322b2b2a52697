import { join } from "node:path";
import { start } from "@metrics-link/sandbox/cli/main.ts";

process.exitCode = await start(join(import.meta.dirname, "../.."));
