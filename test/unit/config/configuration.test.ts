import assert from "node:assert/strict";
import { parseConfiguration } from "@metrics-link/config";
import { commonNames } from "@metrics-link/contract";
import { defaultLimits } from "@metrics-link/envoy";
import fc from "fast-check";
import { example, problemsOf } from "./example.ts";

describe("the configuration of a stack", () => {
  it("accepts the examples of the repository", () => {
    assert.equal(parseConfiguration(example("sender")).role, "sender");
    assert.equal(parseConfiguration(example("receiver")).role, "receiver");
  });

  it("defaults to lifetimes of 10 years, 5 years and 30 days, and to first generations", () => {
    const { pki } = parseConfiguration(example("sender"));
    assert.deepEqual(pki.lifetimes, { rootYears: 10, intermediateYears: 5, leafDays: 30 });
    assert.deepEqual(pki.generations, { root: 1, otherRoots: [], intermediate: 1, leaf: 1, identity: 1 });
  });

  it("refuses tools without an official hash by default", () => {
    assert.equal(parseConfiguration(example("sender")).tools.acceptUnpinned, false);
  });

  it("names key, value and remedy of every mistake at once", () => {
    const raw = {
      ...example("sender"),
      account: { id: "12", region: "eu-west-1" },
      network: { cidr: "10.0.0.0/8", zones: [] },
    };
    const problems = problemsOf(raw);
    assert.deepEqual(
      problems.map(({ key }) => key),
      ["metrics-link:account.id", "metrics-link:network.cidr", "metrics-link:network.zones"],
    );
    assert.equal(problems[0]?.value, "12");
    assert.match(problems[0]?.remedy ?? "", /12 digits/);
  });

  it("reports a missing key as missing, and a misspelt one as unknown", () => {
    const { host: _, ...rest } = example("sender");
    const problems = problemsOf({ ...rest, hots: {} });
    assert.deepEqual(
      problems.map(({ key, value }) => [key, value]),
      [
        ["metrics-link:host", undefined],
        ["metrics-link:hots", {}],
      ],
    );
    assert.match(problems[1]?.remedy ?? "", /no such key/);
  });

  describe("with endpoint services", () => {
    const service = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0";
    const asked = (endpointServices: unknown, ...urls: string[]) => {
      const raw = example("receiver");
      const network = { ...(raw.network as object), endpointServices };
      const prometheus = { ...(raw.prometheus as object), alertmanagers: urls.map((url) => ({ url })) };
      return { ...raw, network, prometheus };
    };

    it("accepts services in the stack's region, and Alertmanagers on port 443", () => {
      const urls = ["https://alerts.example.com", "https://alerts.example.com:443/team"];
      const { network } = parseConfiguration(asked([service], ...urls));
      assert.deepEqual(network.endpointServices, [service]);
      assert.deepEqual(parseConfiguration(example("receiver")).network.endpointServices, []);
    });

    const refused: readonly [string, unknown, readonly string[], string, RegExp][] = [
      ["what is no name of one", ["vpce-svc-1"], [], "network.endpointServices[0]", /vpce-svc-0123456789abcdef0$/],
      ["what is no list", service, [], "network.endpointServices", /a list/],
      ["another region's", [service.replace("west-1", "west-2")], [], "network.endpointServices[0]", /eu-west-1$/],
      ["one twice", [service, service], [], "network.endpointServices[1]", /once/],
      ["another port", [service], ["https://a.example.com:9093/x"], "prometheus.alertmanagers[0].url", /443/],
      ["a port that is none", [service], ["https://a.example.com:99999"], "prometheus.alertmanagers[0].url", /65535/],
    ];
    for (const [what, services, urls, key, remedy] of refused) {
      it(`refuses ${what}`, () => {
        const problems = problemsOf(asked(services, ...urls));
        assert.deepEqual(
          problems.map((problem) => problem.key),
          [`metrics-link:${key}`],
        );
        assert.match(problems[0]?.remedy ?? "", remedy);
      });
    }

    it("accepts Alertmanagers on other ports if there is no endpoint service", () => {
      parseConfiguration(asked([], "https://alerts.example.com:9093"));
    });
  });

  describe("with secrets", () => {
    const large = "hunter2".repeat(2500);
    const hidden = "(not shown: it may be a secret)";
    const refusal = (prometheus: object) => {
      const raw = example("sender");
      const problems = problemsOf({ ...raw, prometheus: { ...(raw.prometheus as object), ...prometheus } });
      assert.doesNotMatch(JSON.stringify(problems), /hunter2|8675309/);
      return problems.map(({ key, value }) => [key.replace("metrics-link:prometheus.", ""), value]);
    };

    it("takes those of scrape jobs by their names", () => {
      const raw = example("sender");
      const secrets = { "shop-password": "hunter2", shop_key: "-----BEGIN\nEND-----\n" };
      const { prometheus } = parseConfiguration({ ...raw, prometheus: { ...(raw.prometheus as object), secrets } });
      assert.deepEqual(prometheus.secrets, secrets);
    });

    for (const [what, prometheus, key] of [
      ["a number", { secrets: { shop: 8675309 } }, "secrets.shop"],
      ["nothing", { secrets: { shop: "" } }, "secrets.shop"],
      ["a blank that Prometheus would cut off", { secrets: { shop: "hunter2 " } }, "secrets.shop"],
      ["a name that is no file's", { secrets: { "../shop": "hunter2" } }, "secrets.../shop"],
      ["a name that Pulumi takes for an index", { secrets: { 1: "hunter2" } }, "secrets.1"],
      ["a list", { secrets: ["hunter2"] }, "secrets"],
      ["more than a secret of AWS can hold", { secrets: { a: large, b: large, c: large, d: large } }, "secrets"],
      ["a misspelt key", { secret: { shop: "hunter2" } }, "secret"],
      ["an unknown key", { more: "hunter2" }, "more"],
    ] as const) {
      it(`refuses ${what}, and does not show it`, () => assert.deepEqual(refusal(prometheus), [[key, hidden]]));
    }

    for (const [what, more, key] of [
      ["Prometheus' spelling", { basic_auth: { password: "hunter2" } }, "basic_auth"],
      ["a password for a mapping", { basicAuth: "hunter2" }, "basicAuth"],
      ["a password of digits", { basicAuth: { username: "a", password: 8675309 } }, "basicAuth.password"],
      ["a token with a blank", { bearerToken: " hunter2" }, "bearerToken"],
      ["no key", { clientCertificate: { certificate: "a.pem", key: "" } }, "clientCertificate.key"],
    ] as const) {
      it(`refuses ${what} of an Alertmanager, and does not show it`, () => {
        const alertmanagers = [{ url: "https://alertmanager.example.com", ...more }];
        assert.deepEqual(refusal({ alertmanagers }), [[`alertmanagers[0].${key}`, hidden]]);
      });
    }
  });

  it("refuses intervals at which a probe or an alert would be blind, and takes long ones of a user's targets", () => {
    const withPrometheus = (change: object) => {
      const raw = example("sender");
      return { ...raw, prometheus: { ...(raw.prometheus as object), ...change } };
    };
    for (const scrapeInterval of ["1s", "15s", "3m", "1h"])
      assert.doesNotThrow(() => parseConfiguration(withPrometheus({ scrapeInterval })));
    for (const [change, key, value] of [
      [{ scrapeInterval: "100ms" }, "scrapeInterval", "100ms"],
      [{ scrapeInterval: "2h" }, "scrapeInterval", "2h"],
      [{ remoteWrite: { batchSendDeadline: "1m" } }, "remoteWrite.batchSendDeadline", "1m"],
    ] as const) {
      const [problem, ...more] = problemsOf(withPrometheus(change));
      assert.deepEqual([problem?.key, problem?.value, more], [`metrics-link:prometheus.${key}`, value, []]);
      assert.match(problem?.remedy ?? "", /1s.*1h|30s/);
    }
  });

  it("refuses a sender without external labels, whose series would be indistinguishable from another's", () => {
    const raw = example("sender");
    const prometheus = { ...(raw.prometheus as object), externalLabels: {} };
    assert.deepEqual(
      problemsOf({ ...raw, prometheus }).map(({ key }) => key),
      ["metrics-link:prometheus.externalLabels"],
    );
  });

  it("accepts only batches that are far smaller than the body limit of the receiver's Envoy", () => {
    const raw = example("sender");
    const withBatches = (maxSamplesPerSend: number) => ({
      ...raw,
      prometheus: { ...(raw.prometheus as object), remoteWrite: { maxSamplesPerSend } },
    });
    parseConfiguration(withBatches(10_000));
    // Measured are about 23 bytes a sample.
    assert.ok(10_000 * 200 < defaultLimits.bodyBytes);
    const [problem, ...more] = problemsOf(withBatches(10_001));
    assert.deepEqual([problem?.key, more], ["metrics-link:prometheus.remoteWrite.maxSamplesPerSend", []]);
    assert.match(problem?.remedy ?? "", /1 to 10000 .* above 2 MiB/);
  });

  it("refuses a wildcard as the pinned name", () => {
    const raw = example("receiver");
    const problems = problemsOf({ ...raw, pki: { organization: "B", dnsName: "*.account-b.internal" } });
    assert.match(problems[0]?.remedy ?? "", /no wildcard/);
  });

  it("requires a folder for the ceremony's artifacts, unless the root is a trial", () => {
    const raw = example("sender");
    const { artefacts: _, ...pki } = raw.pki as Record<string, unknown>;
    assert.deepEqual(
      problemsOf({ ...raw, pki }).map(({ key }) => key),
      ["metrics-link:pki.artefacts"],
    );
    assert.equal(parseConfiguration({ ...raw, pki: { ...pki, root: "trial" } }).pki.root, "trial");
    assert.match(problemsOf({ ...raw, pki: { ...pki, root: "state" } })[0]?.remedy ?? "", /offline, or trial/);
  });

  it("refuses generations that contradict each other", () => {
    const raw = example("sender");
    const keys = (generations: object) =>
      problemsOf({ ...raw, pki: { ...(raw.pki as object), generations } }).map(({ key }) => key);
    assert.deepEqual(keys({ root: 2, otherRoots: [2] }), ["metrics-link:pki.generations.otherRoots"]);
    assert.deepEqual(keys({ otherRoots: [2, 2] }), ["metrics-link:pki.generations.otherRoots"]);
    assert.deepEqual(keys({ intermediate: 2, nextIntermediate: 2 }), ["metrics-link:pki.generations.nextIntermediate"]);
  });

  it("accepts organizations whose authorities have names of at most 64 characters (RFC 5280, ub-common-name)", () => {
    const raw = example("sender");
    const organization = "x".repeat(40);
    const { pki } = parseConfiguration({ ...raw, pki: { ...(raw.pki as object), organization } });
    assert.ok(commonNames.intermediate(pki.organization, 9999).length <= 64);
    assert.match(
      problemsOf({ ...raw, pki: { ...(raw.pki as object), organization: `${organization}x` } })[0]?.remedy ?? "",
      /1 to 40/,
    );
  });

  it("refuses two senders of one name, stack, address and root", () => {
    const raw = example("receiver");
    const [first] = raw.senders as object[];
    assert.deepEqual(
      problemsOf({ ...raw, senders: [first, first] }).map(({ key }) => key),
      [
        "metrics-link:senders[1].name",
        "metrics-link:senders[1].stack",
        "metrics-link:senders[1].addresses[0]",
        "metrics-link:senders[1].rootFingerprints[0]",
      ],
    );
  });

  it("accepts public addresses, each once, and those for documentation only in a trial network", () => {
    const raw = example("sender");
    const pinned = (addresses: unknown, documentationAddresses = false) => ({
      ...raw,
      peer: { ...(raw.peer as object), addresses },
      network: { ...(raw.network as object), documentationAddresses },
    });
    const keys = (...given: Parameters<typeof pinned>) => problemsOf(pinned(...given)).map(({ key }) => key);
    for (const address of [
      "169.254.169.254",
      "10.0.0.1",
      "127.0.0.1",
      "0.0.0.0",
      "224.0.0.1",
      "8.8.4.4/32",
      "08.8.4.4",
    ]) {
      assert.deepEqual(keys([address], true), ["metrics-link:peer.addresses[0]"], address);
    }
    assert.deepEqual(keys(["8.8.4.4", "8.8.4.4"]), ["metrics-link:peer.addresses"]);
    assert.deepEqual(keys([]), ["metrics-link:peer.addresses"]);
    assert.deepEqual(keys(["8.8.4.4", "192.0.2.1"]), ["metrics-link:peer.addresses[1]"]);
    parseConfiguration(pinned(["192.0.2.1"], true));
    parseConfiguration(pinned(undefined));
  });

  it("accepts a deviation only with a reason and an end date, in each spelling that Pulumi uses", () => {
    const raw = example("sender");
    const deviations = (change: object) => ({
      ...raw,
      policy: {
        deviations: [{ policy: "no-login", reason: "until the new image is there", until: "2027-01-31", ...change }],
      },
    });
    for (const until of ["2027-01-31", "2027-01-31 00:00:00 +0000 UTC"]) {
      assert.equal(parseConfiguration(deviations({ until })).policy.deviations[0]?.until, "2027-01-31");
    }
    for (const wrong of [{ reason: "no reason" }, { until: "soon" }, { until: undefined }, { policy: "No Login" }]) {
      const [key = ""] = Object.keys(wrong);
      assert.deepEqual(
        problemsOf(deviations(wrong)).map((problem) => problem.key),
        [`metrics-link:policy.deviations[0].${key}`],
      );
    }
  });

  it("accepts a fingerprint with or without colons, in upper or lower case", () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(bytes, fc.boolean(), fc.boolean(), (value, colons, upper) => {
        const digits = Buffer.from(value).toString("hex");
        const spelt = colons ? (digits.match(/../g) ?? []).join(":") : digits;
        const raw = example("sender");
        const peer = { ...(raw.peer as object), rootFingerprints: [upper ? spelt.toUpperCase() : spelt] };
        const parsed = parseConfiguration({ ...raw, peer });
        assert.ok(parsed.role === "sender");
        assert.deepEqual(parsed.peer.rootFingerprints, [(digits.toUpperCase().match(/../g) ?? []).join(":")]);
      }),
      { numRuns: 30 },
    );
  });
});
