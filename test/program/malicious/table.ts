import { canonicalRelease, type Release, sha256 } from "@metrics-link/release";
import type { Mutant } from "../policy/support/mutate.ts";
import type { Role } from "../stacks/stacks.ts";

/**
 * One malicious change of the program, as what it makes the program ask for: whose stack, what it is, the resource that
 * the review must name, what its words about the place and the change must match, and the change.
 */
export type Malicious = readonly [
  role: Role,
  what: string,
  subject: string,
  says: RegExp,
  change: (it: Mutant) => void,
];

// Every resource type has inputs of its own shape, and a change knows which it makes.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Props = any;

export const object = "aws:s3/bucketObjectv2:BucketObjectv2";

/** Changes the policy document in a property. */
export const policy = (it: Mutant, type: string, name: string, change: (statements: Props[]) => void) =>
  it.edit(
    type,
    (props) => {
      const document = JSON.parse(props.policy ?? props.assumeRolePolicy);
      change(document.Statement);
      props[props.policy === undefined ? "assumeRolePolicy" : "policy"] = JSON.stringify(document);
    },
    name,
  );

/** Changes the release without its own checks, as a malicious program would. */
export function release(it: Mutant, change: (release: Props) => void): void {
  it.edit(object, (props) => {
    if (!/^releases\/[^/]+\/[0-9a-f]{64}\.json$/.test(props.key)) return;
    const found = JSON.parse(props.content);
    change(found);
    for (const file of found.files) file.sha256 = sha256(file.content);
    props.content = canonicalRelease(found as Release);
    props.key = props.key.replace(/[0-9a-f]{64}/, sha256(props.content));
  });
}

/** Changes the content of each file of the release whose path matches. At least one must change. */
export function text(it: Mutant, path: RegExp, change: (content: string) => string): void {
  let changed = false;
  release(it, ({ files }) => {
    for (const file of files) {
      if (!path.test(file.path)) continue;
      const before = file.content;
      file.content = change(before);
      changed ||= file.content !== before;
    }
  });
  if (!changed) throw new Error(`no file that matches ${path} changed`);
}

/** Paths of what Envoy is told. */
export const bootstrap = /^envoy\/(bootstrap|lds\/ingest)\./;

/** Changes options: fields of the request besides the resource's own properties. */
export function options(
  it: Mutant,
  type: string,
  change: (fields: Record<string, Props>) => void,
  name?: string,
): void {
  const found = it.asked(type, name);
  if (found.length === 0) throw new Error(`no ${type} ${name ?? ""} to change`);
  for (const { fields } of found) change(fields);
}
