/** A scaffold for Pulumi resource providers in TypeScript: see ../README.md. */
import providerServices from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { Engine } from "./engine.ts";
import type { ProviderDefinition } from "./provider.ts";
import { engineAddress, servePlugin } from "./server.ts";
import { providerService } from "./service.ts";

export type { Changes } from "./diff.ts";
export { InitializationError } from "./errors.ts";
export {
  type Context,
  defineProvider,
  type ProviderDefinition,
  type ResourceType,
  typesFor,
} from "./provider.ts";
export * from "./schema.ts";
export { Asset, isObject, UNKNOWN, type Value, type Values } from "./values.ts";

/** Runs a provider as a plugin process: the whole of a `pulumi-resource-NAME`. */
export async function serveProvider<Client>(definition: ProviderDefinition<Client>): Promise<void> {
  const engine = new Engine();
  const address = engineAddress();
  if (address !== undefined) engine.connect(address);
  await servePlugin((server) => {
    server.addService(providerServices.ResourceProviderService, providerService(definition, engine));
  });
}
