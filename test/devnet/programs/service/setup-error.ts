/** A failure during start-up, in the program's own words. */
export class SetupError extends Error {}
