// JavaScript, so that Pulumi's runner does not put ts-node in the way of it: Node itself runs the TypeScript.
import "./pack.ts";
