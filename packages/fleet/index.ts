export { fleetPage, fleetText, type Overview, recordOf } from "./overview.ts";
export { type AskPrometheus, type Handshake, nothingAsked, type Seen, seenBy, withHandshakes } from "./seen.ts";
export { type Deployed, deployedIn, listed, notAsked, type Told } from "./sender.ts";
export { foreignLabels, standingsOf, takenFromOthers, verified } from "./verify.ts";
