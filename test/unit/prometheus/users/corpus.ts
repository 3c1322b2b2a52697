/** Scalars as they stand in real files; each parser of YAML has an opinion of its own on most of them. */
export const scalars = [
  // Numbers that are names: accounts, versions, phone numbers, ports, hashes.
  ..."012345678901 000000000001 1.10 2.10 10.0 007 0x1F 0xdeadbeef 0o17 0777 089 0b11 1e3 1E5 12e03 +5 -0 -1".split(
    " ",
  ),
  ..."12345678901234567890 99999999999999999999 9007199254740993 1_000 1_0.5 .5 5. 1.0 1e400 +1.5 0.1e-7".split(" "),
  ..."12:30:45 1:30 190:20:30 2001-01-01 2024-02-29T10:00:00Z 20240101 1.2.3 10.0.0.0/8 v1.10 1d 15s 3h30m 50% $5".split(
    " ",
  ),
  // Words that YAML 1.1 takes for a truth or a float.
  ..."TRUE True true yes Yes YES no No on On off OFF y Y n N .inf -.inf +.INF .nan .NaN nan Infinity =".split(" "),
  ..."nil none None NULLs nullable ~x tRUE yEs false-positive on-call no-op".split(" "),
  // Quoted.
  ...[
    `"012"`,
    `'1.10'`,
    `"yes"`,
    `'null'`,
    `"~"`,
    `"a\\tb"`,
    `"\\u00e9"`,
    `"\\x41"`,
    `"a\\\\d"`,
    `'it''s'`,
    `"say \\"x\\""`,
  ],
  ...[
    `"# no comment"`,
    `"a: b"`,
    `'*'`,
    `"&a"`,
    `'@b'`,
    `"- c"`,
    `'{{ $labels.x }}'`,
    `"[x]"`,
    `'!d'`,
    `"%e"`,
    `'|'`,
    `" x "`,
  ],
  ...[`"\\n"`, `"\\_"`, `'<<'`, `"\\U0001F600"`, `"\\e[0m"`, `"a\\\n        b"`, `"a\n        b"`, `'a\n\n        b'`],
  // Plain text with characters that mean something elsewhere.
  ...[
    "a#b",
    "http://x:80/y?z=1#f",
    "C:\\dir",
    "a b  c",
    "$1",
    `\${1}:9100`,
    "a,b",
    "x]y",
    "x}y",
    "-x",
    "--",
    "?x",
    ":x",
    "a:b",
  ],
  ...[
    "é",
    "日本語",
    "Zürich",
    "😀",
    "a'b",
    'a"b',
    "x<<y",
    "key=value",
    "a\n        b",
    "*".padStart(2, "x"),
    "http://[::1]:80",
  ],
  // Block scalars.
  ...[
    "|\n        a\n        b",
    "|-\n        a\n",
    ">\n        a\n        b\n\n        c",
    ">-\n        a\n          b",
    "|2-\n          a",
  ],
  "x".repeat(2000),
] as const;

/** Plain scalars where a relabelling, a parameter or a name takes a text. */
const places: Readonly<Record<string, (scalar: string) => string>> = {
  replacement: (text) => `- job_name: a\n  relabel_configs:\n  - target_label: x\n    replacement: ${text}`,
  regex: (text) =>
    `- job_name: a\n  metric_relabel_configs:\n  - source_labels: [x]\n    regex: ${text}\n    action: drop`,
  separator: (text) =>
    `- job_name: a\n  relabel_configs:\n  - source_labels: [a, b]\n    separator: ${text}\n    target_label: c`,
  params: (text) => `- job_name: a\n  params:\n    module: [${text}]\n    x:\n    - ${text}`,
  job_name: (text) => `- job_name: ${text}`,
  metrics_path: (text) => `- job_name: a\n  metrics_path: /${text}`,
  "a target's port": (text) => `- job_name: a\n  static_configs:\n  - targets: [10.0.0.1:${text}]`,
};
const inPlaces: readonly (readonly [place: string, scalars: readonly string[]])[] = [
  ["replacement", ["2.10", "007", "$1", `\${1}:9100`, "TRUE", "1e3", "''", "'$1-$2'", "0x1F", "2001-01-01"]],
  ["regex", ["007", "(.*):\\d+", "__meta_(.+)", "1.10", "^(?:a|b)$", "'.*'", "go_.*|process_.+", "yes", '"a\\\\.b"']],
  ["separator", [";", "''", "','", "'@'", "1", "_", '" "']],
  ["params", ["1.10", "0x1F", "http_2xx", "yes", "012", "'{job=\"a\"}'"]],
  ["job_name", ["2024", "1.10", "yes", "007", "node exporter", "team/app:v1", "'blackbox [icmp]'", "über", "1e3"]],
  ["metrics_path", ["metrics", "actuator/prometheus", "metrics?x=1", "1.10"]],
  ["a target's port", ["9100", "443"]],
];

/** Whole jobs, each a way in which people write them. */
const jobs: Readonly<Record<string, string>> = {
  "two jobs": "- job_name: a\n- job_name: b\n",
  "jobs apart": "- job_name: a\n\n\n- job_name: b\n\n",
  "a wide indentation": "-   job_name: a\n    static_configs:\n        -   targets:\n                -   10.0.0.1:1\n",
  "lists at the indentation of their key": "- job_name: a\n  static_configs:\n  - targets:\n    - 10.0.0.1:1\n",
  "a dash alone": "-\n  job_name: a\n-\n  job_name: b\n",
  "a comment behind a dash": "- # the first\n  job_name: a\n",
  "comments everywhere":
    "# a\n- job_name: a # b\n  # c\n  scheme: http # d\n# e\n  static_configs: # f\n  # g\n  - targets: # h\n    - 10.0.0.1:1 # i\n# j\n",
  "commented-out lists":
    "- job_name: a\n  relabel_configs:\n  # - action: drop\n  static_configs:\n  - targets:\n    # - 10.0.0.1:1\n",
  "blanks at the ends of lines": "- job_name: a   \n  scheme: http \n",
  "a tab before a comment": "- job_name: a\t# x\n",
  "quoted keys": `- "job_name": a\n  'scheme': http\n`,
  "an explicit key": "- ? job_name\n  : a\n",
  "a flow job": "- {job_name: a, scheme: http, static_configs: [{targets: ['10.0.0.1:1', \"10.0.0.2:1\"]}]}\n",
  "flow lists over lines":
    "- job_name: a\n  static_configs:\n  - targets: [\n      10.0.0.1:1,\n      10.0.0.2:1,\n    ]\n",
  JSON: '- {"job_name": "a", "static_configs": [{"targets": ["10.0.0.1:1"], "labels": {"a": "1.10"}}]}\n',
  "nulls for defaults": "- job_name: a\n  scrape_timeout: ~\n  params: null\n  scheme:\n",
  "one key unquoted number": "- job_name: a\n  static_configs:\n  - targets: [10.0.0.1:1]\n    labels:\n      a1: 1\n",
  "labels by an alias":
    "- job_name: a\n  static_configs:\n  - targets: [10.0.0.1:1]\n    labels: &l {env: 1.10}\n  - targets: [10.0.0.2:1]\n    labels: *l\n",
  "targets by an alias":
    "- job_name: a\n  static_configs: &t\n  - targets: [10.0.0.1:1]\n- job_name: b\n  static_configs: *t\n",
  "relabelling by an alias":
    "- job_name: a\n  relabel_configs:\n  - &r {target_label: x, replacement: 007}\n- job_name: b\n  relabel_configs:\n  - *r\n  - *r\n",
  "a scalar by an alias": "- job_name: a\n  scrape_interval: &i 90s\n- job_name: b\n  scrape_interval: *i\n",
  "an anchor that is there twice":
    "- job_name: &n a\n- job_name: &n b\n  metrics_path: /x\n- job_name: c\n  params: {x: [*n]}\n",
  "an anchor in a key": "- &k job_name: a\n- *k : b\n",
  "a merge": "- &d\n  job_name: a\n  scrape_timeout: 9s\n- <<: *d\n  job_name: b\n",
  "a merge at the end":
    "- &d {scrape_timeout: 9s, job_name: a}\n- metrics_path: /x\n  job_name: b\n  <<: {scheme: https}\n",
  "a merge at the end that wins":
    "- &d {job_name: a, scrape_timeout: 9s}\n- job_name: b\n  scrape_timeout: 5s\n  <<: {scrape_timeout: 8s}\n",
  "a merge of two": "- job_name: a\n  <<: [{scheme: https, scrape_timeout: 9s}, {scheme: http, metrics_path: /x}]\n",
  "a merge of a merge": "- &a {job_name: a, scheme: https}\n- &b\n  <<: *a\n  job_name: b\n- <<: *b\n  job_name: c\n",
  "a merge of labels":
    "- job_name: a\n  static_configs:\n  - targets: [10.0.0.1:1]\n    labels: &l {env: 012}\n  - targets: [10.0.0.2:1]\n    labels: {<<: *l, zone: 1.10}\n",
  "a relabelling as Prometheus prints it, with defaults":
    "- job_name: a\n  metric_relabel_configs:\n  - separator: ;\n    regex: id\n    replacement: $1\n    action: labeldrop\n  - source_labels: [a]\n    separator: ;\n    regex: (.*)\n    target_label: b\n    replacement: $1\n    action: replace\n",
  "a tag that makes a text of null":
    "- job_name: a\n  static_configs:\n  - targets: [10.0.0.1:1]\n    labels: {a: !!str ~, b: !!str null}\n",
  "standard tags": "- job_name: !!str 2024\n  sample_limit: !!int 5\n  honor_labels: !!bool true\n",
  "a blackbox exporter":
    "- job_name: probe\n  metrics_path: /probe\n  params:\n    module: [http_2xx]\n  static_configs:\n  - targets: [127.0.0.1:9115]\n    labels:\n      __param_target: https://example.org/health?deep=1\n  relabel_configs:\n  - source_labels: [__param_target]\n    target_label: instance\n",
  "a federation":
    "- job_name: federate\n  honor_labels: true\n  metrics_path: /federate\n  params:\n    'match[]':\n    - '{job=\"prometheus\"}'\n    - '{__name__=~\"job:.*\"}'\n  static_configs:\n  - targets: [10.1.1.1:9090]\n",
  "an SNMP exporter":
    "- job_name: snmp\n  scrape_interval: 2m\n  scrape_timeout: 1m\n  params: {module: [if_mib], auth: [public_v2]}\n  metrics_path: /snmp\n  static_configs:\n  - targets: ['10.2.0.1:9116']\n",
  "a push gateway":
    "- job_name: pushgateway\n  honor_labels: true\n  honor_timestamps: false\n  static_configs: [{targets: ['10.3.0.1:9091']}]\n",
  "node exporters by rack":
    "- job_name: node\n  static_configs:\n  - targets: ['10.4.0.1:9100', '10.4.0.2:9100']\n    labels: {rack: 01, unit: 007, row: A}\n  - targets: ['10.4.1.1:9100']\n    labels: {rack: 02, unit: 010, row: B}\n".replace(
      "job_name: node",
      "job_name: nodes",
    ),
  "a private authority":
    "- job_name: tls\n  scheme: https\n  tls_config:\n    server_name: a.example\n    min_version: TLS12\n    ca: |\n      -----BEGIN CERTIFICATE-----\n      MIIB+zCCAaGgAwIBAgIUTEST0000000000000000000000000000\n      -----END CERTIFICATE-----\n",
  "every action of relabelling":
    "- job_name: a\n  relabel_configs:\n  - {source_labels: [a], regex: x, action: keep}\n  - {source_labels: [a], regex: x, action: DROP}\n  - {source_labels: [a], target_label: b, action: lowercase}\n  - {source_labels: [a], target_label: b, action: uppercase}\n  - {source_labels: [a], target_label: b, action: keepequal}\n  - {source_labels: [a], target_label: b, action: dropequal}\n  - {source_labels: [a], target_label: b, modulus: 0x10, action: hashmod}\n  metric_relabel_configs:\n  - {regex: 'a_(.*)', action: labelmap}\n  - {regex: id, action: labeldrop}\n  - {regex: 'id|job', action: labelkeep}\n",
  "limits in odd notations":
    "- job_name: a\n  sample_limit: 1e3\n  label_limit: 0x1F\n  target_limit: 0o17\n  label_name_length_limit: 1_000\n  label_value_length_limit: 010\n  body_size_limit: 1.5MB\n",
  "truths in odd notations":
    "- job_name: a\n  honor_labels: yes\n  honor_timestamps: off\n  enable_http2: N\n  follow_redirects: FALSE\n  enable_compression: On\n",
  "durations of several units": "- job_name: a\n  scrape_interval: 1h30m\n  scrape_timeout: 1m30s500ms\n",
  protocols:
    "- job_name: a\n  scrape_protocols: [OpenMetricsText1.0.0, PrometheusText0.0.4]\n  fallback_scrape_protocol: PrometheusText0.0.4\n",
  "no target": "- job_name: a\n  static_configs: []\n- job_name: b\n  static_configs:\n  - targets: []\n",
  "a target at loopback by its name": "- job_name: a\n  static_configs:\n  - targets: [localhost:9400, '[::1]:9401']\n",
  "a name with a colon": "- job_name: 'a:b'\n- job_name: a:c\n",
  "an alias used a hundred times": `- job_name: a0\n  static_configs: &t [{targets: [10.0.0.1:1]}]\n${Array.from({ length: 150 }, (_, index) => `- {job_name: a${index + 1}, static_configs: *t}\n`).join("")}`,
  "a thousand targets": `- job_name: a\n  static_configs:\n  - targets:\n${Array.from({ length: 1_000 }, (_, index) => `    - 10.9.${index >> 8}.${index & 255}:9100\n`).join("")}`,
};

/** A list of jobs for a title: every scalar as a label's value, every odd one in its places, and whole jobs. */
export const lists: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    scalars.map((scalar) => [
      `the label ${scalar.slice(0, 40)}`,
      `- job_name: a\n  static_configs:\n  - targets: [10.0.0.1:1]\n    labels:\n      one: ${scalar}\n      more: x\n`,
    ]),
  ),
  ...Object.fromEntries(
    inPlaces.flatMap(([place, found]) =>
      found.map((scalar) => [`${place} ${scalar}`, `${places[place]?.(scalar)}\n`] as const),
    ),
  ),
  ...jobs,
};

/** What people's editors and tools put around a list. */
export const frames: Readonly<Record<string, (list: string) => string>> = {
  "as it is": (list) => list,
  "a document's begin": (list) => `---\n${list}`,
  "a comment before and behind the begin": (list) => `# a\n--- # b\n# c\n\n${list}`,
  "a document's end": (list) => `${list.replace(/\n*$/, "\n")}...\n`,
  "an empty document behind it": (list) => `${list.replace(/\n*$/, "\n")}---\n# nothing\n`,
  "a directive": (list) => `%YAML 1.1\n---\n${list}`,
  "a byte order mark": (list) => `\uFEFF${list}`,
  "a byte order mark and a begin": (list) => `\uFEFF---\n${list}`,
  CRLF: (list) => list.replaceAll("\n", "\r\n"),
  "an indentation": (list) => list.replaceAll(/^(?=.)/gm, "  "),
  "no line feed at the end": (list) => list.replace(/\n+$/, ""),
  "its key": (list) => `scrape_configs:\n${list}`,
};
