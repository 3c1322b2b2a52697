import { goesDown } from "../support/lifecycle.ts";

goesDown("rotations");
