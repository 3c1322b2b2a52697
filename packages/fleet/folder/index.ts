export { readFleetFolder } from "./read.ts";
export { removeSenderFile, writeSenderFile } from "./write.ts";
