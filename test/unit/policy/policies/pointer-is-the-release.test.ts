import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const [first, second] = ["a".repeat(64), "b".repeat(64)];
const object = (key: string, content: string) => resource(types.bucketObject, { bucket: "b", key, content });
const release = (id: string) => object(`releases/sender/${id}.json`, "{}");
const pointer = (releaseId: string) =>
  object("releases/sender/current.json", JSON.stringify({ formatVersion: 1, releaseId }));

specify("pointer-is-the-release", {
  passes: {
    "a pointer at the release": [release(first), pointer(first)],
    "the same in another order": [pointer(first), release(first)],
    "nothing published": [],
  },
  fails: {
    "a pointer at another": [[release(first), pointer(second)], /current.json points at b+ instead of a+/],
    "a pointer at nothing": [[pointer(first)], /instead of none/],
    "no pointer at all": [[release(first), object("releases/sender/current.json", "{")], /cannot be read as a pointer/],
    "two releases": [[release(first), release(second), pointer(second)], /b+.json is a second release/],
  },
  undecidable: {
    "a release that is not known": [object(unknown, unknown)],
    "a pointer that is not known": [release(first), object("releases/sender/current.json", unknown)],
  },
});
