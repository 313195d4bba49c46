// Mocha's spec reporter that also writes the counts and the skipped titles to the file that COUNTS_FILE names.
const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const skipped = [];
    runner.on(Runner.constants.EVENT_TEST_PENDING, (test) => skipped.push(test.fullTitle()));
    runner.on(Runner.constants.EVENT_RUN_END, () => {
      const { passes: passed, failures: failed } = this.stats;
      writeFileSync(process.env.COUNTS_FILE, JSON.stringify({ passed, failed, skipped }));
    });
  }
};
