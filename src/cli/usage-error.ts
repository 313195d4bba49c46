/** Wrong usage of the command line: answered with the reason, the usage and status 2. */
export class UsageError extends Error {}
