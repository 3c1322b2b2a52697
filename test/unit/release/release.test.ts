import assert from "node:assert/strict";
import { InvalidInputError } from "@metrics-link/contract";
import {
  canonicalJson,
  canonicalRelease,
  parseRelease,
  type ReleaseInput,
  releaseIdOf,
  sha256,
} from "@metrics-link/release";
import fc from "fast-check";
import { describe, it } from "mocha";
import { file, soundRelease } from "../host/agent/fake-host.ts";

const idOf = (release: ReleaseInput) => releaseIdOf(canonicalRelease(parseRelease(release)));

describe("release: canonical text", () => {
  it("does not depend on the order of keys and unordered lists", () => {
    const sound = soundRelease();
    const expected = idOf(sound);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(sound.files, { minLength: sound.files.length }),
        fc.shuffledSubarray(sound.tools, { minLength: sound.tools.length }),
        fc.shuffledSubarray(Object.entries(sound), { minLength: Object.keys(sound).length }),
        (files, tools, entries) => {
          assert.equal(idOf({ ...(Object.fromEntries(entries) as ReleaseInput), files, tools }), expected);
        },
      ),
    );
  });

  it("keeps the order of services, in which the agent changes them", () => {
    const sound = soundRelease();
    assert.notEqual(idOf({ ...sound, services: sound.services.toReversed() }), idOf(sound));
  });

  it("differs for any other content", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        fc.pre(one !== other);
        const withContent = (content: string) => {
          const sound = soundRelease();
          return idOf({ ...sound, files: [...sound.files, file("envoy/x", content)] });
        };
        assert.notEqual(withContent(one), withContent(other));
      }),
    );
  });

  it("parses as the same release", () => {
    const release = parseRelease(soundRelease());
    const text = canonicalRelease(release);
    assert.equal(canonicalRelease(parseRelease(JSON.parse(text))), text);
  });

  it("sorts keys at every depth and omits absent values", () => {
    assert.equal(canonicalJson({ b: [{ d: 1, c: undefined, a: 2 }], a: null }), '{"a":null,"b":[{"a":2,"d":1}]}');
  });
});

describe("release: rules", () => {
  const sound = soundRelease();
  const [secret] = sound.secrets;
  assert.ok(secret);

  for (const { what, release, fault } of [
    { what: "another format", release: { ...sound, formatVersion: 2 }, fault: /formatVersion is 2: format version 1/ },
    {
      what: "a path out of the directory",
      release: { ...sound, files: [...sound.files, file("../x", "")] },
      fault: /files\.\d+\.path is "\.\.\/x": a relative path/,
    },
    {
      what: "an absolute path",
      release: { ...sound, files: [...sound.files, file("/etc/passwd", "")] },
      fault: /files\.\d+\.path is "\/etc\/passwd"/,
    },
    {
      what: "a path twice",
      release: { ...sound, files: [...sound.files, file("tls/private-key.pem", "")] },
      fault: /files is "tls\/private-key.pem": each path once/,
    },
    {
      what: "a path of the agent's own",
      release: { ...sound, files: [...sound.files, file("bin/envoy", "")] },
      fault: /bin\/ and release.json belong to the agent/,
    },
    {
      what: "a hash that is not the content's",
      release: { ...sound, files: [...sound.files, { ...file("x", "a"), sha256: sha256("b") }] },
      fault: /files x is "[0-9a-f]{64}": the SHA-256 of the content/,
    },
    {
      what: "a private key as a file",
      release: { ...sound, files: [...sound.files, file("x", "-----BEGIN PRIVATE KEY-----\n")] },
      fault: /a private key travels as a secret/,
    },
    {
      what: "a secret that others may read",
      release: { ...sound, secrets: [{ ...secret, mode: "0644" }] },
      fault: /secrets tls\/private-key.pem is "0644": 0400 or 0440/,
    },
    {
      what: "a set-id mode",
      release: { ...sound, files: [...sound.files, { ...file("x", ""), mode: "4755" }] },
      fault: /mode is "4755"/,
    },
    {
      what: "a service without its unit",
      release: { ...sound, services: [{ unit: "metrics-link-repair.service", onChange: [] }] },
      fault: /services is "metrics-link-repair.service": a unit of this release/,
    },
    {
      what: "a check of a file that is not there",
      release: { ...sound, checks: [{ kind: "prometheusConfig", file: "absent.yml" }] },
      fault: /checks prometheusConfig is "absent.yml"/,
    },
    {
      what: "a probe that leaves the host",
      release: { ...sound, probes: [{ kind: "http", unit: "metrics-link-envoy.service", url: "http://192.0.2.1/" }] },
      fault: /an http URL on loopback/,
    },
    { what: "an unknown field", release: { ...sound, extra: 1 }, fault: /extra/ },
  ]) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => parseRelease(release),
        (error) => error instanceof InvalidInputError && fault.test(error.message),
      );
    });
  }
});
