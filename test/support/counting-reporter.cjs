const { writeFileSync } = require("node:fs");
const { reporters } = require("mocha");

/** Mocha's own report for people, and the counts in the file that COUNTS_FILE names. */
module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once("end", () => writeFileSync(process.env.COUNTS_FILE, JSON.stringify(this.stats)));
  }
};
