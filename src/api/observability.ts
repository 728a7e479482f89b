/** Logs and metrics of the programs. */
import { z } from 'zod';

const level = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'crit']);
const format = z.enum(['text', 'terminal', 'logfmt', 'json', 'json-pretty']);

/** For a whole network: with defaults. */
export const loggingDefaults = z.object({
  level: level.default('info').describe('How much is logged.'),
  format: format.default('json').describe('How a line is written.'),
});
export const metricsDefaults = z.object({
  enabled: z
    .boolean()
    .default(true)
    .describe(
      "Whether the programs serve Prometheus metrics on their pods' port 7300 (execution client: 6060 or 9001).",
    ),
});

/** For one component: what is absent comes from the network. */
export const logging = z
  .object({
    level: level.optional().describe("How much is logged. Absent: the network's."),
    format: format.optional().describe("How a line is written. Absent: the network's."),
  })
  .describe('Logs of the programs.');
export const metrics = z
  .object({ enabled: z.boolean().optional().describe("Whether metrics are served. Absent: the network's.") })
  .describe('Metrics of the programs.');
