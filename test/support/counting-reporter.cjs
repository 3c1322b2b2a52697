const { writeFileSync } = require("node:fs");
const { relative } = require("node:path");
const { reporters } = require("mocha");

/**
 * Mocha's own report for people. The counts go to the file that COUNTS_FILE names, with the seconds that each test file took,
 * its hooks included, the seconds of those that its tests alone took, and what failed: a test, or a hook.
 */
module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    if (runner.suite._beforeEach.length > 0 || runner.suite._afterEach.length > 0)
      throw new Error("a beforeEach or afterEach outside of any describe runs around every test of every file");
    const files = {};
    const failed = [];
    let began = 0;
    const of = (file) => {
      files[file] ??= { seconds: 0, testSeconds: 0 };
      return files[file];
    };
    const named = ({ file }) => (file ? relative(process.cwd(), file) : "");
    runner.on("suite", (suite) => {
      if (suite.parent?.root) began = performance.now();
    });
    runner.on("suite end", (suite) => {
      if (suite.parent?.root) of(named(suite)).seconds += (performance.now() - began) / 1000;
    });
    runner.on("test end", (test) => {
      of(named(test)).testSeconds += (test.duration ?? 0) / 1000;
    });
    runner.on("fail", (test, error) => {
      failed.push({ file: named(test), title: test.fullTitle(), message: String(error?.message ?? error) });
    });
    runner.once("end", () => writeFileSync(process.env.COUNTS_FILE, JSON.stringify({ ...this.stats, files, failed })));
  }
};
