import assert from "node:assert/strict";
import { policies } from "@metrics-link/policy";
import { byDefault, madeByProviders, setByTheProgram } from "@metrics-link/policy/known/properties.ts";
import { AWS_RESOURCE_TYPES } from "@metrics-link/sandbox/cloud/aws-resource-types.ts";
import type { Properties } from "@metrics-link/sandbox/plugins/rpc/schema.ts";
import { resource } from "../../unit/policy/support/example.ts";
import { deployBoth } from "./support/deployed.ts";
import { trialSender } from "./support/trial.ts";
import { verdicts } from "./support/verdicts.ts";
import { networkWithWays } from "./support/ways.ts";

/** Every path of a registered value, including those below it; a list's members are `[]`. */
function pathsOf(value: unknown, path = ""): string[] {
  const own = path === "" ? [] : [path];
  if (Array.isArray(value)) return own.concat(value.flatMap((one) => pathsOf(one, `${path}[]`)));
  if (typeof value === "string" && /^[[{]["{]/.test(value)) return own.concat(pathsOf(JSON.parse(value), path));
  if (typeof value !== "object" || value === null) return own;
  const below = Object.entries(value).flatMap(([key, found]) => pathsOf(found, path === "" ? key : `${path}.${key}`));
  return own.concat(below);
}

describe("the table of known properties", () => {
  it("has exactly what the program sets in both roles, with an offline root and with a trial root", async () => {
    const account = {
      id: "222222222222",
      region: "eu-west-1",
      assumeRole: "arn:aws:iam::222222222222:role/metrics-link-deploy",
      permissionsBoundary: "arn:aws:iam::222222222222:policy/metrics-link-host-boundary",
      // The sender's role is assumed without these.
      ...{ externalId: "x7", sessionName: "ci", sessionDuration: "1h" },
    };
    const offline = await deployBoth({
      change: {
        sender: { "metrics-link:network": networkWithWays },
        receiver: { "metrics-link:account": account },
      },
    });
    assert.deepEqual(verdicts(offline.receiver, policies), verdicts((await deployBoth()).receiver, policies));
    const seen: Record<string, Set<string>> = {};
    for (const { type, props } of [...offline.sender.inputs, ...offline.receiver.inputs, ...(await trialSender())]) {
      if (/^(metrics-link:|pulumi:pulumi:)/.test(type)) continue;
      seen[type] = new Set([...(seen[type] ?? []), ...pathsOf(props)]);
    }
    assert.deepEqual(Object.keys(seen).toSorted(), Object.keys(setByTheProgram).toSorted());
    const unused = Object.entries(setByTheProgram).flatMap(([type, paths]) =>
      paths.filter((path) => !seen[type]?.has(path)).map((path) => `${type} ${path}`),
    );
    // A release of more than 100 senders alone is in base64: test/program/stacks/fleet.test.ts.
    assert.deepEqual(unused, ["aws:s3/bucketObjectv2:BucketObjectv2 contentBase64"]);
    const missing = Object.entries(seen).flatMap(([type, paths]) =>
      [...paths].filter((path) => !isKnown(setByTheProgram[type] ?? [], path)).map((path) => `${type} ${path}`),
    );
    assert.deepEqual(missing, []);
  });

  it("names no type that types-are-known does not know", async () => {
    const shown = Object.keys(setByTheProgram).map((type) => resource(type, {}));
    const typesAreKnown = policies.filter(({ name }) => name === "types-are-known");
    const { sender } = await deployBoth();
    const unknown = verdicts({ ...sender, inputs: shown, outputs: [] }, typesAreKnown);
    assert.deepEqual(unknown, []);
  });
});

describe("the values that the provider stand-ins write", () => {
  it("are known, with their values", () => {
    const wrong = [...AWS_RESOURCE_TYPES]
      .filter(([type]) => type in setByTheProgram)
      .flatMap(([type, { inputs }]) =>
        defaultsOf(inputs)
          .filter(({ path }) => !isKnown(setByTheProgram[type] ?? [], path))
          .filter(({ path, value }) =>
            value === madeUp ? !madeByProviders[type]?.includes(path) : byDefault[type]?.[path] !== value,
          )
          .map(({ path, value }) => `${type} ${path} ${value}`),
      );
    assert.deepEqual(wrong, []);
  });
});

const madeUp = "a name";

/** The defaults of inputs by path, including those in objects and list members. */
function defaultsOf(properties: Properties, prefix = ""): { path: string; value: unknown }[] {
  return Object.entries(properties).flatMap(([name, { kind, options }]) => {
    const path = `${prefix}${name}`;
    if (options.autoname !== undefined) return [{ path, value: madeUp }];
    if (options.default !== undefined) return [{ path, value: options.default }];
    return kind.type === "object" ? defaultsOf(kind.properties, `${path}.`) : [];
  });
}

/** Whether a path is known, below a known one, or above one. */
const isKnown = (known: readonly string[], path: string) =>
  known.some(
    (one) => one === path || [".", "[]"].some((sep) => path.startsWith(one + sep) || one.startsWith(path + sep)),
  );
