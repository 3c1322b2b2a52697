export { type Action, type Next, next, OutOfOrderError, type Rotation, rotations, underWay } from "./next.ts";
export {
  type GenerationChange,
  type Generations,
  isAhead,
  type PeerView,
  type PlacedTrust,
  rootFingerprint,
  type Trust,
  type View,
} from "./view.ts";
