import { toYaml } from "@metrics-link/prometheus";
import { compareWithGoldens } from "../../support/golden.ts";
import { examples } from "./examples.ts";

describe("Prometheus' rendered configurations", () => {
  compareWithGoldens(
    new URL("out/", import.meta.url),
    Object.fromEntries(
      Object.entries(examples).map(([name, render]) => [`${name}.yaml`, toYaml(render().configuration)]),
    ),
  );
});
