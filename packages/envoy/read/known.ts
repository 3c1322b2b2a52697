import type { z } from "zod";
import { Place } from "./place.ts";

/** A part that the schema does not know, and its path. */
export interface Unknown {
  readonly path: string;
  readonly message: string;
}

/** The parts of a value that a closed schema does not know. @param root prefix of every path, for files other than the bootstrap */
export function unknownParts(schema: z.ZodType, value: unknown, root = ""): Unknown[] {
  const place = new Place(root, value);
  return (schema.safeParse(value).error?.issues ?? []).flatMap((issue) => {
    const at = issue.path.reduce<Place>((found, key) => step(found, key), place);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ path: at.at(key).path, message: "not known" }));
    }
    if (issue.code === "too_big" && Array.isArray(at.value)) {
      return at.items
        .slice(Number(issue.maximum))
        .map((item) => ({ path: item.path, message: "more items than the schema knows" }));
    }
    if (!at.exists) return [{ path: at.path, message: "missing" }];
    return [{ path: at.path, message: `${at.shown} is not known (${issue.message})` }];
  });
}

function step(place: Place, key: PropertyKey): Place {
  if (typeof key !== "number") return place.at(String(key));
  return place.items[key] ?? new Place(`${place.path}[${key}]`, undefined);
}
