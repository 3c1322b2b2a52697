import assert from "node:assert/strict";
import { dashboard, expressions } from "@metrics-link/prometheus/dashboards/index.ts";
import { compareWithGoldens } from "../../../support/golden.ts";

describe("the dashboard in docs/dashboards", () => {
  compareWithGoldens(new URL("../../../../docs/dashboards/", import.meta.url), {
    "metrics-link.json": `${JSON.stringify(dashboard(), undefined, 2)}\n`,
  });

  it("has no Grafana variable left in its Prometheus expressions", () => {
    assert.ok(expressions().length > 25);
    assert.deepEqual(
      expressions().filter((expression) => expression.includes("$")),
      [],
    );
  });

  it("has no overlapping panels", () => {
    const { panels } = dashboard() as { panels: { gridPos: Record<"x" | "y" | "w" | "h", number> }[] };
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`),
    );
    assert.equal(new Set(cells).size, cells.length);
  });
});
