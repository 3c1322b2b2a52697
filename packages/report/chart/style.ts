/** A line's colour, on white and on black. Who is which stands in the legend, with its value. */
const colours = [
  ["#0b6bb5", "#6bb8ef"],
  ["#c2570c", "#f0955a"],
  ["#0a7d5a", "#3fc79b"],
  ["#a8327e", "#e58cc4"],
  ["#7a6200", "#dcc24a"],
  ["#5b3fb0", "#b09cf2"],
  ["#9c1f1f", "#ff8f8a"],
  ["#4d5661", "#b4bdc8"],
] as const;

/** The rules of `lineChart`. */
export const chartStyle = `
.chart { display: block; width: 100%; height: auto; } .chart text { font: 10.5px system-ui, sans-serif; fill: var(--quiet); }
.chart path { fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; }
.chart .grid { stroke: var(--line); stroke-width: 1; }
.legend { list-style: none; margin: .2rem 0 0; padding: 0; display: flex; flex-wrap: wrap; align-content: start;
  gap: .1rem .9rem; font-size: .84rem; }
.legend li { overflow-wrap: anywhere; } .legend b { font-weight: 600; font-variant-numeric: tabular-nums; }
.legend i { display: inline-block; width: .9rem; height: .2rem; margin-right: .35rem; vertical-align: middle;
  border-radius: .1rem; background: currentColor; }
${colours.map(([light, dark], index) => `.line${index} { color: light-dark(${light}, ${dark}); }`).join("\n")}
`;
