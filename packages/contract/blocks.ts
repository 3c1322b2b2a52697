/** IPv4 blocks as AWS reads them: CIDR notation that begins at its first address. */

export interface Block {
  /** First and last address as unsigned 32-bit numbers. */
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
}

/** An IPv4 address as a number, or undefined if it is none. Leading zeros are refused: some parsers read octal. */
export function parseAddress(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** The block of a CIDR text, or undefined if it is none or has bits set right of its prefix (10.0.0.1/24). */
export function parseBlock(cidr: string): Block | undefined {
  const match = /^([\d.]+)\/(0|[1-9]\d?)$/.exec(cidr);
  const first = parseAddress(match?.[1] ?? "");
  const prefix = Number(match?.[2]);
  if (first === undefined || prefix > 32) return;
  const size = 2 ** (32 - prefix);
  return first % size === 0 ? { first, last: first + size - 1, prefix } : undefined;
}

/** The block of a single address, or undefined if the text is none. */
export const blockOfAddress = (text: string): Block | undefined => parseBlock(`${text}/32`);

export function contains(outer: Block, inner: Block): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

export function overlaps(a: Block, b: Block): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** The member of a list in whose range another range lies. */
export function rangeWith<Member extends { readonly cidr: string }>(
  members: readonly Member[],
  cidr: string,
): Member | undefined {
  const inner = parseBlock(cidr);
  return members.find((member) => {
    const outer = parseBlock(member.cidr);
    return inner !== undefined && outer !== undefined && contains(outer, inner);
  });
}

/** RFC 1918: what no network on the internet has. */
const privateBlocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].flatMap((cidr) => parseBlock(cidr) ?? []);

/** Whether all addresses of a block are private ones. */
export const isPrivateBlock = (block: Block): boolean => privateBlocks.some((one) => contains(one, block));
