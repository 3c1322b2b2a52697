export { type Action, type Next, next, type Rotation, rotations, underWay } from "./next.ts";
export type {
  GenerationChange,
  PeerView,
  View,
} from "./view.ts";
