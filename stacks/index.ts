import { readConfiguration } from "./configuration.ts";
import { receiver } from "./receiver.ts";
import { sender } from "./sender.ts";

/** The program of every stack; the configuration says which end of a link it is. What it returns are the outputs. */
export default async function program() {
  const configuration = readConfiguration();
  return configuration.role === "sender" ? await sender(configuration) : await receiver(configuration);
}
