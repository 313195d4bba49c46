// What tools take of the command line, as it is compiled.
export { extensions } from '#dist/cli/detect/inputs.js';
export { interruption } from '#dist/cli/detect/interruption.js';
export { progress } from '#dist/cli/detect/progress.js';
export { parseFlags } from '#dist/cli/flags.js';
export { filesBelow } from '#dist/cli/jobs/listing.js';
export { plural } from '#dist/cli/plural.js';
export { UsageError } from '#dist/cli/usage-error.js';
export { version } from '#dist/system/version.js';
