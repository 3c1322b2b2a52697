/** The way back to the engine: its log. */
import * as grpc from "@grpc/grpc-js";
import engineServices from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineMessages from "@pulumi/pulumi/proto/engine_pb.js";
import type { Severity } from "./provider.ts";

const SEVERITIES = {
  debug: engineMessages.LogSeverity.DEBUG,
  info: engineMessages.LogSeverity.INFO,
  warning: engineMessages.LogSeverity.WARNING,
  error: engineMessages.LogSeverity.ERROR,
};

/** The engine that started a plugin, or attached itself to it later. */
export class Engine {
  #client: InstanceType<typeof engineServices.EngineClient> | undefined;

  /** @param address host:port of the engine's Engine service */
  connect(address: string): void {
    this.#client?.close();
    this.#client = new engineServices.EngineClient(address, grpc.credentials.createInsecure());
  }

  /** Shows a message at the resource; without an engine, on stderr. */
  async log(severity: Severity, urn: string, message: string, ephemeral = false): Promise<void> {
    const client = this.#client;
    if (client === undefined) {
      process.stderr.write(`${severity}: ${message}\n`);
      return;
    }
    const request = new engineMessages.LogRequest();
    request.setSeverity(SEVERITIES[severity]);
    request.setUrn(urn);
    request.setMessage(message);
    request.setEphemeral(ephemeral);
    await new Promise<void>((resolve, reject) => {
      client.log(request, (error: grpc.ServiceError | null) => (error ? reject(error) : resolve()));
    });
  }
}
