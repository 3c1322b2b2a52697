import { LinkError } from "@metrics-link/contract";
import { say, typed } from "../stack/command-line.ts";
import { type Heard, isAnyHeard } from "./heard.ts";
import { type Agreement, agreementOn, describeOffer, type Offer, requireHeard } from "./offer.ts";

/**
 * Shows what a peer offers, and has a person agree to it: by what its people read out, or at the terminal.
 * @param from whom it is from, for the terminal
 * @param pinned what is pinned already
 * @param yes whether a person has compared it beforehand
 * @throws LinkError when the peer offers something that was not heard, or nobody confirms
 */
export async function agreedTo(
  from: string,
  offer: Offer,
  pinned: Heard,
  heard: Heard,
  yes: boolean,
): Promise<Agreement> {
  const anyHeard = isAnyHeard(heard);
  const agreement = agreementOn(offer, pinned, anyHeard ? (heard.labels ?? "as they are") : "as offered");
  say(`${from} offers:\n${describeOffer(offer, pinned)}`);
  if (anyHeard) requireHeard(offer, agreement, heard);
  if (!anyHeard && !yes && !isSettled(agreement)) {
    const confirmed = await typed("Did its people read exactly these to you, by another way than the state?", "heard");
    if (!confirmed) throw new LinkError("PIN_NOT_CONFIRMED", { what: "not confirmed; nothing was pinned" });
  }
  return agreement;
}

/** Whether all that is offered is pinned, and nothing else. */
export const isSettled = ({ wanted, gone }: Agreement): boolean =>
  wanted.rootFingerprints.length + wanted.addresses.length + gone.length === 0 && wanted.labels === undefined;
