import { comesUp } from "../support/lifecycle.ts";

comesUp("rotations");
