import { comesUp } from "../support/lifecycle.ts";

comesUp("upkeep");
