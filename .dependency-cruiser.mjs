const room = (name) => `^packages/${name}/`;
const rooms = (...names) => `^packages/(${names.join("|")})/`;

/** Every package. Code anywhere else would be a way around the rules, which name folders. */
const packages = rooms(
  ...["contract", "config", "release", "pki", "network", "envoy", "prometheus", "host", "policy", "report"],
  ...["audit", "preflight", "review", "console", "sandbox", "gate", "fleet", "exporter"],
);

/** One rule an arrow; each says why. The picture is in docs/architecture.md. */
export default {
  forbidden: [
    {
      name: "no-circles",
      comment: "Two modules that need each other are one module, or a third is missing between them. Types count too.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "known-folders-only",
      comment: "Rules name folders: code in a folder that none names would be a way around all of them.",
      severity: "error",
      from: {},
      to: {
        pathNot: [packages, "^(stacks|scripts|test)/", "^(package|tools)\\.json$", "(^|/)node_modules/"],
        dependencyTypesNot: ["core"],
        couldNotResolve: false,
      },
    },
    {
      name: "data-in-data-out",
      comment:
        "These packages compute. A closed set of modules: none that reads files, starts programs or knows Pulumi.",
      severity: "error",
      from: {
        path: rooms(
          ...["contract", "config", "release", "envoy", "prometheus", "report"],
          ...["review", "audit", "preflight", "console", "gate", "exporter"],
        ),
      },
      to: { pathNot: ["^packages/", "^(node:)?(crypto|net|os|path|zlib)$", "(^|/)node_modules/(zod|yaml)/"] },
    },
    {
      name: "packages-by-their-index",
      comment:
        "What a package offers stands in an index.ts, of the package or of a folder of it; the rest may change freely. The sandbox is no library: scripts drive its parts.",
      severity: "error",
      from: { path: "^(packages/[^/]+|stacks|scripts)/" },
      to: {
        path: "^packages/",
        pathNot: ["^$1/", "/index\\.ts$", room("sandbox"), "^packages/policy/pack\\.js$", "/package\\.json$"],
      },
    },
    {
      name: "nobody-knows-the-sandbox",
      comment: "The product does not know that the sandbox exists; otherwise it would prove nothing about AWS.",
      severity: "error",
      from: { path: "^(packages|stacks)/", pathNot: room("sandbox") },
      to: { path: room("sandbox") },
    },
    {
      name: "contract-stands-alone",
      comment: "What both sides say to each other depends on neither.",
      severity: "error",
      from: { path: room("contract") },
      to: { path: "^(packages/(?!contract/)|stacks/)" },
    },
    {
      name: "the-gate-stands-alone",
      comment: "What decides who may write what depends on nothing that deploys, renders or configures it.",
      severity: "error",
      from: { path: room("gate") },
      to: { path: "^(packages/(?!(contract|gate)/)|stacks/)" },
    },
    {
      name: "the-exporter-stands-alone",
      comment:
        "What says who may scrape depends on nothing that deploys it; it is the same on machines that are not ours.",
      severity: "error",
      from: { path: room("exporter") },
      to: { path: "^(packages/(?!(contract|exporter)/)|stacks/)" },
    },
    {
      name: "the-gate-is-a-hosts",
      comment: "Only what runs on a host, or puts it there, knows how requests are judged.",
      severity: "error",
      from: { path: "^packages/(?!(gate|host)/)" },
      to: { path: room("gate") },
    },
    {
      name: "a-release-knows-the-contract-only",
      comment: "A host reads its release and nothing else, so a release does not depend on a stack's configuration.",
      severity: "error",
      from: { path: room("release") },
      to: { path: ["^packages/(?!(contract|release)/)", "^stacks/", "@pulumi"] },
    },
    {
      name: "a-configuration-knows-no-package-that-reads-it",
      comment: "Every package may read a stack's configuration, so its schema depends on none of them.",
      severity: "error",
      from: { path: room("config") },
      to: { path: ["^packages/(?!(contract|release|config)/)", "^stacks/", "@pulumi"] },
    },
    {
      name: "hosts-know-no-configuration",
      comment: "The agent and the repairer run on a host, which has a release and no stack.",
      severity: "error",
      from: { path: "^packages/host/(agent|repair|gate|common)/" },
      to: { path: room("config") },
    },
    {
      name: "renderers-are-pure",
      comment: "Data in, objects out: no Pulumi and no file system in a renderer.",
      severity: "error",
      from: { path: rooms("envoy", "prometheus") },
      to: {
        path: [
          "@pulumi",
          "^(node:)?fs",
          "^(node:)?child_process",
          "^packages/(?!(contract|release|config|envoy|prometheus)/)",
        ],
      },
    },
    {
      name: "rotations-are-pure",
      comment: "What is next follows from what is read elsewhere: so every order of both sides can be tried.",
      severity: "error",
      from: { path: "^packages/pki/rotation/" },
      to: { path: ["@pulumi", "^(node:)?fs", "^(node:)?child_process", "^packages/pki/(?!rotation/)"] },
    },
    {
      name: "reviews-are-pure",
      comment:
        "A verdict follows from what the engine said, and a page from the verdict: so both can be tried on records.",
      severity: "error",
      from: { path: room("review") },
      to: { path: ["@pulumi", "^(node:)?fs", "^(node:)?child_process"] },
    },
    {
      name: "pages-are-pure",
      comment: "What all pages for a person are made of: data in, markup out, and nothing of what they tell.",
      severity: "error",
      from: { path: room("report") },
      to: { path: ["@pulumi", "^(node:)?fs", "^(node:)?child_process", "^packages/(?!(report|contract)/)"] },
    },
    {
      name: "consoles-ask-whom-they-are-given",
      comment: "A console reads by a function that it is handed: so it can be tried on any answer of a Prometheus.",
      severity: "error",
      from: { path: room("console") },
      to: {
        path: [
          ...["@pulumi", "^(node:)?fs", "^(node:)?child_process", "^(node:)?https?$"],
          "^packages/(?!(console|contract|report|release|prometheus)/)",
        ],
      },
    },
    {
      name: "rooms-do-not-know-each-other",
      comment:
        "Stacks put rooms together; a room knows the contract only, a review what a page is made of, and who judges an Envoy how it is read.",
      severity: "error",
      from: { path: "^packages/(pki|network|host|policy|review|sandbox)/" },
      to: {
        path: "^packages/",
        pathNot: [
          "^packages/$1/",
          rooms(
            ...["contract", "config", "release", "report", "gate", "exporter"],
            ...["envoy/read", "prometheus/read", "fleet/folder"],
          ),
        ],
      },
    },
    {
      name: "who-reads-does-not-write",
      comment:
        "What Envoy and Prometheus are told is judged by a reading of its own: a reader that knew the renderer would believe whatever that writes.",
      severity: "error",
      from: { path: rooms("envoy/read", "prometheus/read") },
      to: { path: ["^packages/(?!contract/|release/|(envoy|prometheus)/read/)", "@pulumi", "^(node:)?fs"] },
    },
    {
      name: "what-programs-are-told-is-read-where-it-is-judged",
      comment:
        "Policies, reviews, audits and the agent judge what Envoy and Prometheus are told; nobody else reads it.",
      severity: "error",
      from: { path: "^packages/(pki|network|sandbox|host/(?!agent/))" },
      to: { path: rooms("envoy/read", "prometheus/read") },
    },
    {
      name: "pages-are-for-people",
      comment: "What deploys or runs on a host writes no page.",
      severity: "error",
      from: { path: "^(packages/(pki|network|host|policy|sandbox|envoy|prometheus)|stacks)/" },
      to: { path: room("report") },
    },
    {
      name: "only-the-engine-loads-the-pack",
      comment: "Making the pack starts a server; what it is made of has no side effects.",
      severity: "error",
      from: {},
      to: { path: "^packages/policy/pack\\.js$" },
    },
    {
      name: "audits-are-pure",
      comment: "Evidence in, findings and a page out: so that every lie of a host can be tried.",
      severity: "error",
      from: { path: room("audit") },
      to: {
        path: [
          "@pulumi",
          "@aws-sdk",
          "^(node:)?fs",
          "^(node:)?child_process",
          "^packages/(?!(audit|contract|config|release|envoy|report)/)",
        ],
      },
    },
    {
      name: "preflights-are-pure",
      comment: "Evidence in, findings and a report out: so that every answer of AWS can be tried.",
      severity: "error",
      from: { path: room("preflight") },
      to: {
        path: [
          ...["@pulumi", "@aws-sdk", "^(node:)?fs", "^(node:)?child_process"],
          "^packages/(?!(preflight|config|report)/)",
        ],
      },
    },
    {
      name: "fleets-are-pure",
      comment: "Only fleet/folder reads files; the rest of this package computes its report from what callers pass in.",
      severity: "error",
      from: { path: room("fleet"), pathNot: room("fleet/folder") },
      to: {
        path: [
          ...["@pulumi", "@aws-sdk", "^(node:)?fs", "^(node:)?child_process"],
          "^packages/(?!(fleet/(?!folder/)|contract/|config/|report/))",
        ],
      },
    },
    {
      name: "who-reads-files-of-senders-tells-nothing",
      comment: "Stacks, policies and commands read the same files by the same function, which knows the schema alone.",
      severity: "error",
      from: { path: room("fleet/folder") },
      to: { path: ["@pulumi", "^packages/(?!(fleet/folder|contract|config)/)"] },
    },
    {
      name: "agent-without-pulumi",
      comment: "The agent and the repairer run on a host, where there is no Pulumi.",
      severity: "error",
      from: { path: "^packages/host/(agent|repair|gate|common)/" },
      to: { path: ["@pulumi", "^packages/host/cloud/"] },
    },
    {
      name: "agent-reaches-no-pulumi",
      comment: "Nor by way of a package that it may import.",
      severity: "error",
      from: { path: "^packages/host/(agent|repair|gate|common)/" },
      to: { path: ["@pulumi", "^packages/host/cloud/", room("config")], reachable: true },
    },
    {
      name: "stacks-are-the-top",
      comment: "Only scripts and tests look at the stacks.",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: "^stacks/" },
    },
    {
      name: "nothing-imports-tests-or-scripts",
      comment: "What people run, and what tries it, is no library.",
      severity: "error",
      from: { path: "^(packages|stacks)/" },
      to: { path: "^(test|scripts)/" },
    },
    {
      name: "resolvable",
      comment: "An import that leads nowhere fails on the first machine that is not ours.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "types", "default"] },
  },
};
