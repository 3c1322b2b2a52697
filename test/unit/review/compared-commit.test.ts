import assert from "node:assert/strict";
import { Git } from "../../../scripts/review/git.ts";
import { Checkout } from "./checkout.ts";

describe("the commit to compare with", () => {
  let checkout: Checkout;
  beforeEach(() => {
    checkout = new Checkout();
  });
  afterEach(() => checkout.remove());

  it("is where the branch left main", () => {
    const left = checkout.git("rev-parse", "HEAD");
    checkout.git("switch", "--quiet", "--create", "branch");
    checkout.write("stacks/index.js", "changed\n");
    checkout.commit();
    assert.equal(new Git(checkout.directory).base(undefined), left);
  });

  it("is the one that a person names, and never an option of git", () => {
    const git = new Git(checkout.directory);
    assert.equal(git.base("HEAD"), checkout.git("rev-parse", "HEAD"));
    for (const name of ["nowhere", "--output=/tmp/x", ""]) assert.throws(() => git.base(name), /--base is .*a commit/);
  });

  it("is never a tag with the name of main", () => {
    const left = checkout.git("rev-parse", "HEAD");
    checkout.git("update-ref", "refs/remotes/origin/main", left);
    checkout.git("switch", "--quiet", "--create", "branch");
    checkout.write("stacks/index.js", "changed\n");
    checkout.commit();
    for (const tag of ["origin/main", "main", "HEAD", left.slice(0, 12)]) checkout.git("tag", tag, "HEAD");
    const git = new Git(checkout.directory);
    assert.equal(git.base(undefined), left);
    checkout.git("update-ref", "-d", "refs/remotes/origin/main");
    assert.equal(git.base(undefined), left);
    for (const name of ["main", left.slice(0, 12)]) assert.throws(() => git.base(name), /more than one/, name);
    assert.equal(git.base("refs/heads/main"), left);
    assert.equal(git.base(left), left);
  });

  it("must exist", () => {
    checkout.git("branch", "--move", "trunk");
    assert.throws(() => new Git(checkout.directory).base(undefined), /neither origin\/main nor main: --base says/);
  });
});
