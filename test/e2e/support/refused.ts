import assert from "node:assert/strict";

/** Refused by the caller's own rights, or, with another `why`, by what else stands in the way. */
export const refused = (code: string, call: Promise<unknown>, why = /is not authorized to perform(?!.*endpoint)/) =>
  assert.rejects(call, ({ name, message }: Error) => {
    assert.equal(name, code, message);
    assert.match(message, why);
    return true;
  });

/** AWS' reason when a call does not pass the VPC endpoint by which it came. */
export const byTheEndpoint = /because no VPC endpoint policy allows it/;

/** A policy with every right that there is. */
export const everything = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});
