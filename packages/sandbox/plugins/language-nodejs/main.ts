/** `pulumi-language-nodejs`: runs Pulumi programs and policy packs on Node. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import services from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { engineAddress, servePlugin } from "../rpc/server.ts";
import { languageService } from "./service.ts";

const sdk = createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json");
const { version } = JSON.parse(readFileSync(sdk, "utf8")) as { version: string };

await servePlugin((server) => {
  server.addService(services.LanguageRuntimeService, languageService(version, engineAddress()));
});
