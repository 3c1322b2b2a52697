/**
 * A field of type `google.protobuf.Any` in JSON form: the message's type beside its fields.
 * Source: https://protobuf.dev/programming-guides/json/ (Any).
 */
export type Typed<Fields extends object = object> = { readonly "@type": string } & Fields;

/** An extension as Envoy names it: `{ name, typed_config }`. */
export interface Extension<Fields extends object = object> {
  readonly name: string;
  readonly typed_config: Typed<Fields>;
}

/**
 * @param name the extension's name, for example "envoy.filters.http.router"
 * @param message the type of its configuration without the common "type.googleapis.com/envoy.extensions."
 */
export function extension<Fields extends object>(name: string, message: string, fields: Fields): Extension<Fields> {
  return { name, typed_config: typed(`envoy.extensions.${message}`, fields) };
}

/** A message of the full type name `message`. */
export function typed<Fields extends object>(message: string, fields: Fields): Typed<Fields> {
  return { "@type": `type.googleapis.com/${message}`, ...fields };
}

/** google.protobuf.Duration in JSON form. */
export type Duration = `${number}s`;

export const seconds = (count: number): Duration => `${count}s`;

/** envoy.config.core.v3.Address: one of the two is set. */
export interface Address {
  readonly socket_address?: { readonly address: string; readonly port_value: number };
  readonly pipe?: { readonly path: string; readonly mode?: number };
}

/** envoy.config.core.v3.CidrRange. Without `prefix_len` Envoy reads 0: the whole internet. */
export interface CidrRange {
  readonly address_prefix: string;
  readonly prefix_len: number;
}

export const loopback = "127.0.0.1";
export const everyInterface = "0.0.0.0";

export const socket = (address: string, port: number): Address => ({
  socket_address: { address, port_value: port },
});

/** The range of exactly one IPv4 address. */
export const exactly = (address: string): CidrRange => ({ address_prefix: address, prefix_len: 32 });
