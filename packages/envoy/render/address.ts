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
