import { type Panel, type Row, rows } from "./panels.ts";

export { rows } from "./panels.ts";

const columns = 24;
const height = 8;

/** The link's dashboard in Grafana's own format (dashboard JSON, schema version 39), ready to import. */
export function dashboard(): object {
  let id = 0;
  let y = 0;
  const panels = rows.flatMap(({ title, panels: found }) => {
    const width = Math.floor(columns / found.length);
    const head = { id: ++id, type: "row", title, collapsed: false, gridPos: { x: 0, y, w: columns, h: 1 }, panels: [] };
    const body = found.map((panel, index) => ({
      id: ++id,
      ...timeSeries(panel),
      gridPos: { x: index * width, y: y + 1, w: width, h: height },
    }));
    y += height + 1;
    return [head, ...body];
  });
  return {
    uid: "metrics-link",
    title: "metrics-link",
    description: "One link: flow, lag, handshakes, certificates and hosts. Data source: the receiver's Prometheus.",
    tags: ["metrics-link"],
    schemaVersion: 39,
    editable: false,
    refresh: "30s",
    time: { from: "now-6h", to: "now" },
    templating: { list: [dataSource, side] },
    panels,
  };
}

/** Every expression as Prometheus takes it, with the variables filled in. */
export const expressions = (of: readonly Row[] = rows): string[] =>
  of
    .flatMap(({ panels }) => panels.flatMap(({ queries }) => queries.map(({ expression }) => expression)))
    .map((expression) => expression.replaceAll("$__rate_interval", "5m").replaceAll("$side", ".*"));

const source = { type: "prometheus", uid: "$source" };

const dataSource = { name: "source", label: "Prometheus", type: "datasource", query: "prometheus", hide: 0 };

const side = {
  name: "side",
  label: "Side",
  type: "custom",
  query: "sends,receives",
  includeAll: true,
  allValue: ".*",
  multi: false,
  current: { text: "All", value: "$__all" },
};

const timeSeries = ({ title, description, unit, whenEmpty, queries }: Panel) => ({
  type: "timeseries",
  title,
  description,
  datasource: source,
  fieldConfig: {
    defaults: {
      unit,
      ...(whenEmpty === undefined ? {} : { noValue: whenEmpty }),
      custom: { showPoints: "never", spanNulls: false },
    },
    overrides: [],
  },
  options: { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi", sort: "desc" } },
  targets: queries.map(({ expression, legend }, index) => ({
    refId: String.fromCharCode(65 + index),
    datasource: source,
    expr: expression,
    legendFormat: legend,
  })),
});
