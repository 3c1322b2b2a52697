/** `pulumi-resource-aws`. */
import { serveProvider } from "../rpc/index.ts";
import { definition } from "./definition.ts";

await serveProvider(definition);
