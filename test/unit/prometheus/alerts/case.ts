import type { Side } from "@metrics-link/prometheus";

/** Series of promtool's notation: one value a minute. Times are minutes from the beginning. */
export interface Case {
  readonly side: Side;
  /** With these the alert fires at minute `at`. */
  readonly fires: Readonly<Record<string, string>>;
  /** What changes of them, so that it does not. */
  readonly silent: Readonly<Record<string, string>>;
  readonly at: number;
}

const own =
  (side: Side) =>
  (metric: string, matchers = "") =>
    `${metric}{link_side="${side}"${matchers === "" ? "" : `,${matchers}`}}`;
export const sender = own("sends");
export const receiver = own("receives");

/** A steady count, one that rises by one a minute, and one that rose once and then stood still for two hours. */
export const still = "0+0x120";
export const rising = "0+1x120";
export const longAgo = "0 1+0x120";

/** promtool's clock begins at 1970, so an instant is its age in seconds. */
export const clock = "0+60x120";

/** A counter that fires while it rises. */
export const counter = (series: string, side: Side = "sends"): Case => ({
  side,
  fires: { [series]: rising },
  silent: { [series]: longAgo },
  at: 30,
});
