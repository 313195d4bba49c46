/** Wrong usage of the command line: prints the reason and the usage, and exits with status 2. */
export class UsageError extends Error {}
