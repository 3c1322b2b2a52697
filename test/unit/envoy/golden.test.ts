import { toJson } from "@metrics-link/envoy";
import { compareWithGoldens } from "../../support/golden.ts";
import { examples } from "./support/examples.ts";

describe("Envoy's rendered configurations", () => {
  const files = Object.entries(examples).flatMap(([name, render]) => {
    const { bootstrap, ingest, secrets } = render();
    return [
      [`${name}.json`, toJson(bootstrap)] as const,
      ...(ingest === undefined ? [] : [[`${name}-ingest.json`, toJson(ingest)] as const]),
      ...(name === "receiver-of-two"
        ? secrets.map(({ path, content }) => [path.replace("envoy/sds/", "sds-"), toJson(content)] as const)
        : []),
    ];
  });
  compareWithGoldens(new URL("out/", import.meta.url), Object.fromEntries(files));
});
