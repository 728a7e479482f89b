/** What is wrong with the configuration, in op-node's words; the caller adds where it happened. */
export class ConfigError extends Error {}
