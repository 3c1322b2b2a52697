import { join } from "node:path";
import { main } from "@metrics-link/sandbox/cli/main.ts";
import { page } from "../console/sandbox.ts";

process.exitCode = await main(join(import.meta.dirname, "../.."), process.argv.slice(2), { page });
