/** Every fenced block of docs/deploy.md, by heading and in the page's order. A block that is not here fails the tests. */
import type { Run, Shell, Treatment } from "./treatment.ts";

const sender = "111111111111";
const receiver = "222222222222";

type Words = Readonly<Record<string, string>>;

/** The receiver's people do the same with their stacks. */
const ofReceiver: Words = { "production-sender": "production-receiver", "account-a": "account-b" };
const both = (a: Omit<Run, "by"> = {}, b: Omit<Run, "by"> = {}): Run[] => [
  { by: "a", ...a },
  { by: "b", ...b, for: { ...ofReceiver, ...b.for } },
];
const by = (shell: Shell, run: Omit<Run, "by"> = {}): { readonly runs: readonly Run[] } => ({
  runs: [{ by: shell, ...run }],
});

/** The words of each account's administrators. */
const administrators = (a: Words = {}, b: Words = {}, learns?: (side: "a" | "b") => Run["learns"]): Run[] => {
  const place = { "YOUR-REGION": "eu-west-1", BUCKET: "metrics-link-state-of-both" };
  const run = (side: "a" | "b", words: Words): Run => ({
    by: `administrator of ${side}`,
    for: { ...place, ...words },
    ...(learns ? { learns: learns(side) ?? {} } : {}),
  });
  return [run("a", { "YOUR-ACCOUNT": sender, ...a }), run("b", { "YOUR-ACCOUNT": receiver, ...b })];
};
const bucket: Words = { BUCKET: "metrics-link-state-of-both" };

const updated = /Resources:/;

export const treatments: Readonly<Record<string, readonly Treatment[]>> = {
  "Deploying to AWS": [
    {
      begins: "npm run pin &&",
      shown: "the page in three lines: each command stands in a block below",
      sha256: "f605dd038f51626f",
    },
  ],
  "Once in each account": [
    {
      begins: "aws kms create-key",
      runs: administrators({}, {}, (side) => ({ [`key of ${side}`]: /arn:aws:kms:eu-west-1:\d+:key\/(\S+)/ })),
    },
    {
      begins: "sed 's/111111111111/YOUR-ACCOUNT/g; s/eu-west-1",
      runs: administrators(
        { "KEY-ID": "{key of a}" },
        { "KEY-ID": "{key of b}", "state-sender": "state-receiver", [sender]: receiver },
      ),
    },
    {
      begins: "sed 's/111111111111/YOUR-ACCOUNT/g; s/eu-west-1",
      runs: administrators(
        {},
        {
          "deployer-sender": "deployer-receiver",
          "reader-sender": "reader-receiver",
          "auditor-of-hosts-sender": "auditor-of-hosts-receiver",
        },
      ),
    },
    { begins: "sed 's/111111111111/YOUR-ACCOUNT/g; s/eu-west-1", runs: administrators() },
    {
      begins: "sed 's/YOUR-STATE-BUCKET/BUCKET/g",
      ...by("administrator of a", { for: { ...bucket, "YOUR-ACCOUNT-A": sender, "YOUR-ACCOUNT-B": receiver } }),
    },
    {
      begins: "[profile link-a]",
      written: {
        file: ".aws/config",
        times: [
          { "YOUR-OWN": "own-a" },
          { "YOUR-OWN": "own-b", "link-a": "link-b", "link-a-deploy": "link-b-deploy", [sender]: receiver },
        ],
      },
    },
  ],
  "An image of Debian 13": [
    { begins: "aws ec2 describe-images", ...by("a", { prints: /^ami-[0-9a-f]+\s+debian-13/m }) },
  ],
  "1. Pin the tools": [
    { begins: "npm run pin\n", ...by("a", { prints: /in place for deployments: .*aws .*\(official\)/ }) },
    { begins: "cache=", runs: [{ by: "a" }, { by: "b" }, { by: "administrator of a" }] },
  ],
  "2. Configure four stacks": [
    { begins: "cp stacks/examples", ...by("a") },
    { begins: "pulumi login", ...by("administrator of a", { for: bucket }) },
    { begins: "export AWS_PROFILE=link-a", ...by("a", { for: { ...bucket, "YOUR-KEY-OF-A": "{key of a}" } }) },
    { begins: "export AWS_PROFILE=link-b", ...by("b", { for: { ...bucket, "YOUR-KEY-OF-B": "{key of b}" } }) },
  ],
  "3. Preflight": [{ begins: "npm run -s preflight", runs: both({ prints: /USD/ }, { prints: /USD/ }) }],
  "What a preflight reads": [
    {
      begins: "[",
      shown: "a list of rights: test/unit/preflight/collect.test.ts has an identity with these alone preflight",
      sha256: "4f7ebc33398729fc",
    },
  ],
  "4. Roots and addresses": [
    { begins: "pulumi up -s production-sender", runs: both({ prints: updated }, { prints: updated }) },
    { begins: "npm run -s ceremony", runs: both() },
    { begins: "pulumi up -s account-a", runs: both({ prints: /rootBundle/ }, { prints: /rootBundle/ }) },
    {
      begins: "npm run -s trust -- show",
      runs: both({ prints: /read out to the peer's people:[\s\S]*addresses\n +[\d.]+\n/ }, {}),
    },
    { begins: "npm run -s trust -- accept --stack production-receiver", ...by("b", { prints: /pinned in/ }) },
    {
      begins: "metrics-link:senders:",
      shown: "what the command before it wrote; the receiver's preview reads it next",
      sha256: "0d5470163795689d",
    },
    { begins: "npm run -s trust -- accept --stack production-sender", ...by("a", { prints: /pinned in/ }) },
  ],
  "5. The receiver": [{ begins: "pulumi up -s production-receiver", ...by("b", { prints: updated }) }],
  "6. The sender": [{ begins: "pulumi up -s production-sender", ...by("a", { prints: /link +: +"?configured/ }) }],
  "Check the link": [
    {
      begins: "aws ssm send-command",
      ...by("b", {
        for: { "COMMAND-ID": "{command}" },
        learns: { command: /^([0-9a-f]{8}-[0-9a-f-]{27})$/m },
        // The whole answer of Prometheus: an age in seconds.
        prints: /\\"value\\":\[[\d.]+,\\"\d{1,2}(\.\d+)?\\"\]/,
        isAwaited: true,
      }),
    },
    { begins: "npm run -s audit", runs: both() },
  ],
  "An Alertmanager": [
    {
      begins: "metrics-link:network:",
      shown: "an Alertmanager of somebody else's: test/e2e/hosts/27-alertmanager.test.ts has the sandbox's",
      sha256: "e0fe59bdcbfc90c6",
    },
    {
      begins: "pulumi config set --path",
      elsewhere: "packages/sandbox/cli/account.ts",
      because: "each start of a sandbox sets this secret by this command",
      does: {
        "pulumi config set --path 'metrics-link:prometheus.alertmanagers[0].basicAuth.password' --secret -s production-receiver":
          ["setSecret(side, passwordKey, password)"],
      },
    },
  ],
  "Moving the addresses into an exchange stack": [
    {
      begins: "export PULUMI_CONFIG_PASSPHRASE=",
      elsewhere: "test/e2e/long/60-exchange.test.ts",
      because: "it needs a link that was deployed without exchange stacks",
      does: {
        // Of every deployer of the sandbox (packages/sandbox/world/environment.ts).
        "export PULUMI_CONFIG_PASSPHRASE=": ["pulumi()"],
        "pulumi stack init account-a --secrets-provider passphrase": ['pulumi().init(exchange, "passphrase")'],
        "pulumi stack --show-urns -s production-sender | grep eip:Eip": [
          '["stack", "--show-urns", "-s", role]',
          "/eip:Eip/",
        ],
        "pulumi state move --source production-sender --dest account-a 'URN-OF-sender-address'": [
          '["state", "move", "--source", role, "--dest", exchange, "--yes", ...urns]',
        ],
      },
    },
    {
      begins: "pulumi state rename",
      elsewhere: "test/e2e/long/60-exchange.test.ts",
      because: "it needs a link that was deployed without exchange stacks",
      does: Object.fromEntries(
        [
          ["a", "1"],
          ["b", "2"],
        ].map(([zone, number]) => [
          `pulumi state rename 'urn:pulumi:account-b::metrics-link::aws:ec2/eip:Eip::receiver-address-${zone}' receiver-address-${number} -s account-b`,
          [
            `["receiver-address-${zone}", "receiver-address-${number}"]`,
            "::metrics-link::aws:ec2/eip:Eip::",
            '["state", "rename", urn, to, "-s", stack, "--yes"]',
          ],
        ]),
      ),
    },
  ],
  "Taking it down": [
    { begins: "pulumi state unprotect --all -s production-sender", ...by("a") },
    {
      begins: "aws route53resolver list-firewall-rule-group-associations",
      ...by("a", { learns: { association: /^(rslvr-\S+|[a-z]+-\S+)\s/m }, for: { ID: "{association}" } }),
    },
    {
      begins: "aws elbv2 describe-load-balancers",
      ...by("b", { learns: { balancer: /^(arn:\S+)/m }, for: { ARN: "{balancer}" } }),
    },
    { begins: "pulumi destroy -s production-sender", ...by("a") },
    { begins: "pulumi state unprotect --all -s account-a", ...by("a") },
  ],
  "Coming back": [
    {
      begins: "aws ec2 describe-addresses",
      ...by("a", { learns: { address: /^(eipalloc-\S+)/m, volume: /^(vol-\S+)/m } }),
    },
    {
      begins: "metrics-link:network:",
      configured: [
        { stack: "production-sender", facts: { "host.dataVolumeId": "volume" } },
        // With an exchange stack that was destroyed too, the addresses are that one's.
        { stack: "account-a", facts: { "shows.addressAllocations": "address[]" } },
      ],
    },
    { begins: "pulumi up -s account-a", ...by("a", { prints: updated }) },
  ],
};
