import { envoyFiles, renderReceiver } from "@metrics-link/envoy";
import { say } from "../stack/command-line.ts";
import { type AgentCost, agentWith } from "./fleet-agent.ts";
import { envoyWith } from "./fleet-envoy.ts";
import { cpuSeconds } from "./fleet-input.ts";
import { fleetOf, type Leaf, type Member } from "./fleet-members.ts";
import { type Cost, programWith } from "./fleet-program.ts";
import { type ReviewCost, reviewWith } from "./fleet-review.ts";

/** A line of the tables. */
interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly digits: number;
  readonly of: (row: Row) => number;
}

interface Row extends Cost, AgentCost, ReviewCost {
  readonly size: number;
  readonly renderSeconds: number;
  readonly residentBytes: number;
  readonly series: number;
}

const figures: readonly Figure[] = [
  { what: "render, write, check (CPU)", unit: "s", digits: 2, of: ({ renderSeconds }) => renderSeconds },
  { what: "preview, with mocks (CPU)", unit: "s", digits: 2, of: ({ programSeconds }) => programSeconds },
  { what: "review, with mocks (CPU)", unit: "s", digits: 2, of: ({ reviewSeconds }) => reviewSeconds },
  { what: "… of it the policies (CPU)", unit: "s", digits: 2, of: ({ packSeconds }) => packSeconds },
  { what: "resources", unit: "", digits: 0, of: ({ resources }) => resources },
  { what: "release", unit: "MB", digits: 2, of: ({ releaseBytes }) => releaseBytes / 1e6 },
  { what: "release in the state", unit: "MB", digits: 2, of: ({ stateBytes }) => stateBytes / 1e6 },
  { what: "outputs", unit: "MB", digits: 2, of: ({ outputBytes }) => outputBytes / 1e6 },
  { what: "agent, brings it into force (CPU)", unit: "s", digits: 2, of: ({ convergeSeconds }) => convergeSeconds },
  { what: "agent, nothing to do (CPU)", unit: "s", digits: 2, of: ({ idleSeconds }) => idleSeconds },
  { what: "Envoy's memory (RSS)", unit: "MB", digits: 0, of: ({ residentBytes }) => residentBytes / 1e6 },
  { what: "series of Envoy's page", unit: "", digits: 0, of: ({ series }) => series },
];

/**
 * What a fleet of each size costs: a receiver's update before anything is published, and its Envoy. `render, write, check` is rendering
 * Envoy's files, encoding them, and their check by the reader that the policies use; `agent` is a whole run of it. CPU time;
 * the second table has each value as a multiple of that of the smallest fleet.
 */
export async function fleet(sizes: readonly number[]): Promise<void> {
  const { members, leaf } = fleetOf(Math.max(...sizes));
  // The first run compiles.
  rendered(members.slice(0, 1), leaf);
  const rows: Row[] = [];
  for (const size of sizes) rows.push(await measured(members.slice(0, size), leaf));
  const [first] = rows;
  if (first === undefined) return;
  print("senders", rows, (figure, row) => figure.of(row).toFixed(figure.digits));
  print("as ratios", rows, (figure, row) => `${(figure.of(row) / figure.of(first)).toFixed(1)}x`);
}

function print(title: string, rows: readonly Row[], cell: (figure: Figure, row: Row) => string): void {
  const line = (name: string, cells: readonly string[]) =>
    say(name.padEnd(40) + cells.map((one) => one.padStart(10)).join(""));
  line(
    title,
    rows.map(({ size }) => `${size}`),
  );
  for (const figure of figures) {
    line(
      `  ${figure.what}${figure.unit === "" ? "" : `, ${figure.unit}`}`,
      rows.map((row) => cell(figure, row)),
    );
  }
}

async function measured(senders: readonly Member[], leaf: Leaf): Promise<Row> {
  const { files, seconds } = rendered(senders, leaf);
  const { dump, ...envoy } = await envoyWith(files, leaf);
  return {
    size: senders.length,
    renderSeconds: seconds,
    ...programWith(senders, leaf),
    ...reviewWith(senders, leaf),
    ...(await agentWith(files, senders, dump)),
    ...envoy,
  };
}

function rendered(senders: readonly Member[], leaf: Leaf) {
  const before = process.cpuUsage();
  const files = envoyFiles(
    renderReceiver({ nodeId: "receiver", senders: senders.map((one) => ({ ...one, addresses: [one.address] })) }),
    {
      certificateChain: leaf.certificate,
      rootBundles: Object.fromEntries(senders.map(({ name, root }) => [name, root])),
    },
  );
  return { files, seconds: cpuSeconds(before) };
}
