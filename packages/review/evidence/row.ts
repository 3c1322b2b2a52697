/** One thing that a fence is made of, as the update would leave it. */
export interface Row {
  readonly fence: "address" | "client identity" | "server identity";
  /** What it says something about, for example "admitted at receiver-balancer". */
  readonly subject: string;
  readonly value: string;
  /** The resource, or the file of the release, that says so. */
  readonly source: string;
}
