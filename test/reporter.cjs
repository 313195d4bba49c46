// Mocha's spec reporter, without the skipped tests: how many there are for which reason it writes, with the other counts, to the file
// that COUNTS_FILE names.
const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

const { EVENT_RUN_END, EVENT_TEST_PENDING } = Runner.constants;

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    const others = runner.listeners(EVENT_TEST_PENDING);
    super(runner, options);
    for (const listener of runner.listeners(EVENT_TEST_PENDING))
      if (!others.includes(listener)) runner.off(EVENT_TEST_PENDING, listener);
    const skipped = {};
    runner.on(EVENT_TEST_PENDING, (test) => {
      const [, reason = 'no reason given'] = /\[skipped: (.*?)\]/.exec(test.fullTitle()) ?? []; // by test/fixtures/available.mts
      skipped[reason] = (skipped[reason] ?? 0) + 1;
    });
    runner.on(EVENT_RUN_END, () => {
      const { passes: passed, failures: failed } = this.stats;
      writeFileSync(process.env.COUNTS_FILE, JSON.stringify({ passed, failed, skipped }));
    });
  }
};
