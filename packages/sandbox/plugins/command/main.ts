/** `pulumi-resource-command`. */
import { serveProvider } from "../rpc/index.ts";
import { definition } from "./definition.ts";

await serveProvider(definition);
