export { readFleetFolder } from "./read.ts";
export { removeSenderFile, writeSenderFile, writeWhole } from "./write.ts";
