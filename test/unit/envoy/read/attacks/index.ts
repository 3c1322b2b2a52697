import type { Attack } from "./attack.ts";
import { believed } from "./believed.ts";
import { besides } from "./besides.ts";
import { leaving } from "./leaving.ts";
import { letIn } from "./let-in.ts";
import { limited } from "./limited.ts";
import { routed } from "./routed.ts";

export type { Attack } from "./attack.ts";
/** Each is one change of what a stack publishes; Envoy itself accepts most of them. */
export const attacks: readonly Attack[] = [...letIn, ...believed, ...routed, ...besides, ...leaving, ...limited];
