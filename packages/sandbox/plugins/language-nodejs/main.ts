/** `pulumi-language-nodejs`: runs Pulumi programs and policy packs on Node. */
import { createRequire } from "node:module";
import services from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { engineAddress, servePlugin } from "../rpc/server.ts";
import { versionIn } from "./modules.ts";
import { languageService } from "./service.ts";

const sdk = createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json");
const version = versionIn(sdk) ?? "unknown";

await servePlugin((server) => {
  server.addService(services.LanguageRuntimeService, languageService(version, engineAddress()));
});
