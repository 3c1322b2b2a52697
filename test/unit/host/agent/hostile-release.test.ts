import assert from "node:assert/strict";
import { existsSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import {
  canonicalJson,
  type ReleaseInput,
  releaseIdOf,
  releaseKeys,
  scrapeSecretFolder,
  sha256,
} from "@metrics-link/release";
import { afterEach, beforeEach, describe, it } from "mocha";
import { convergedHost, type FakeHost, file, soundRelease, tool } from "./fake-host.ts";

/** Somebody who can publish whatever they like tries to reach beyond the places of a release. */
describe("agent: a hostile release", () => {
  let host: FakeHost;
  let first: string;

  beforeEach(async () => {
    ({ host, first } = await convergedHost());
    await mkdir(host.path("/etc/victim"), { recursive: true });
    writeFileSync(host.path("/etc/victim/file"), "untouched", { mode: 0o600 });
  });
  afterEach(() => host.remove());

  /** Publishes without the checks of an update, as who has the bucket can. */
  async function converge(release: ReleaseInput) {
    const text = canonicalJson(release);
    const id = releaseIdOf(text);
    host.objects.set(releaseKeys.release("sender", id), Buffer.from(text));
    host.point(id);
    return await host.converge(id);
  }

  const sound = soundRelease();
  const withTool = (executables: Record<string, string>) => {
    const evil = { ...tool("evil", "an evil program"), executables };
    host.store(evil.key, "an evil program");
    return soundRelease({ tools: [...sound.tools, evil] });
  };
  const withFile = (one: ReturnType<typeof file>) => soundRelease({ files: [...sound.files, one] });
  /** From a tool's unpacked directory, and from a release's, to the fake host's root. */
  const up = "../".repeat(5);

  const attacks: { what: string; release: () => ReleaseInput; reason: RegExp; trace?: () => boolean }[] = [
    {
      what: "an executable outside of its tool's folder",
      release: () => withTool({ x: `${up}etc/victim/new` }),
      reason: /executables\.x is ".*etc\/victim\/new": a relative path/,
      trace: () => existsSync(host.path("/etc/victim/new")),
    },
    {
      what: "Node outside of its tool's folder, which is fetched before the release is read",
      release: () => {
        const [node, ...others] = sound.tools;
        return soundRelease({ tools: [{ ...node, executables: { node: `${up}etc/victim/new` } } as never, ...others] });
      },
      reason: /^fetch: .*\n.* a tool node: no agent could run/,
      trace: () => existsSync(host.path("/etc/victim/new")),
    },
    {
      what: "a unit in place of one of the system's",
      release: () => withFile(file("systemd/ssh.service", "[Service]\nExecStart=/bin/sh\n")),
      reason: /files is "systemd\/ssh\.service": .*metrics-link-/,
      trace: () => existsSync(host.path("/etc/systemd/system/ssh.service")),
    },
    {
      what: "a unit in place of the agent's own",
      release: () => withFile(file("systemd/metrics-link-agent.service", "[Service]\nExecStart=/bin/sh\n")),
      reason: /files is "systemd\/metrics-link-agent\.service"/,
      trace: () => existsSync(host.path("/etc/systemd/system/metrics-link-agent.service")),
    },
    {
      what: "a drop-in for a unit of the system",
      release: () => withFile(file("systemd/ssh.service.d/x.conf", "[Service]\n")),
      reason: /files is "systemd\/ssh\.service\.d\/x\.conf"/,
    },
    {
      what: "a link outside of systemd's folder, by the target that wants a unit",
      release: () =>
        withFile(
          file("systemd/metrics-link-repair.service", "[Install]\nWantedBy=../../victim/file multi-user.target\n"),
        ),
      reason: /is "\.\.\/\.\.\/victim\/file multi-user\.target": multi-user\.target/,
      trace: () => existsSync(host.path("/etc/victim/file.wants")),
    },
    {
      what: "a service that is none of ours",
      release: () => soundRelease({ services: [...sound.services, { unit: "ssh.service", onChange: [] }] }),
      reason: /services\.2\.unit is "ssh\.service": one of metrics-link-/,
    },
    {
      what: "a file in a folder that no service reads",
      release: () => withFile(file("cron.d/x", "* * * * * root sh\n")),
      reason: /files is "cron\.d\/x": a file in one of systemd\/, ports\/, envoy\/, /,
    },
    {
      what: "a file that belongs to a user of the system",
      release: () => withFile({ ...file("envoy/x", ""), owner: "prometheus", group: "shadow" }),
      reason: /group is "shadow": one of root, envoy, /,
    },
    {
      what: "a file that everybody may write",
      release: () => withFile({ ...file("envoy/x", ""), mode: "0666" }),
      reason: /mode is "0666": /,
    },
    {
      what: "a configuration that comes as a secret, where nobody reviews it",
      release: () => {
        const [secret] = sound.secrets;
        return soundRelease({ secrets: [...sound.secrets, { ...secret, path: "envoy/other.yaml" } as never] });
      },
      reason: /secrets is "envoy\/other\.yaml": /,
    },
    {
      what: "scrape jobs that come as a secret",
      release: () => {
        const [secret] = sound.secrets;
        const path = `${scrapeSecretFolder}jobs.yml`;
        return soundRelease({ secrets: [...sound.secrets, { ...secret, path } as never] });
      },
      reason: /secrets is "prometheus\/.*secrets\/jobs\.yml": /,
    },
    {
      what: "a program that is asked for its opinion as root",
      release: () => soundRelease({ checks: [{ kind: "envoyConfig", file: "envoy/bootstrap.json", user: "root" }] }),
      reason: /user is "root": /,
    },
    {
      what: "a probe through a socket of the system",
      release: () =>
        soundRelease({
          probes: [
            {
              kind: "http",
              unit: "metrics-link-envoy.service",
              url: "http://127.0.0.1/",
              socketPath: "/run/docker.sock",
            } as never,
          ],
        }),
      reason: /socketPath is "\/run\/docker\.sock": /,
    },
  ];

  for (const { what, release, reason, trace } of attacks) {
    it(`is refused, and leaves no trace, with ${what}`, async () => {
      const { outcome, reasons } = await converge(release());
      assert.ok(!trace?.(), "it left a trace outside of the release");
      assert.equal(outcome, /^fetch:/.test(reasons[0] ?? "") ? "incomplete" : "refused");
      assert.match(reasons.join("\n"), reason);
      assert.equal((await host.timerRun()).release, first);
    });
  }

  it("cannot open up what a link in an archive points at", async () => {
    const archive = "an archive with a link in it";
    const evil = { ...tool("evil", archive), key: "tools/evil.tar.gz", executables: { x: "bin/x" } };
    host.store(evil.key, archive);
    const victim = host.path("/etc/victim/file");
    host.onCommand = (argv) => {
      if (argv[0] !== "tar") return undefined;
      const into = argv.at(-1) ?? "";
      symlinkSync(host.path("/etc/victim"), `${into}/bin`);
      symlinkSync(victim, host.path("/etc/victim/x"));
      return { code: 0, output: "" };
    };
    const { outcome, reasons } = await converge(soundRelease({ tools: [...sound.tools, evil] }));
    assert.equal(statSync(victim).mode & 0o777, 0o600);
    assert.equal(statSync(host.path("/etc/victim")).mode & 0o777, 0o755);
    assert.equal(outcome, "incomplete");
    assert.match(reasons.join("\n"), /The archive of evil 1\.0\.0 has no plain file bin\/x/);
    assert.equal(sha256(archive), evil.sha256);
  });
});
