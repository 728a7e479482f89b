/** Second places for audit records, out of reach of whoever can write ConfigMaps in the network's namespace. */
import type { Logger } from 'pino';
import type { AuditRecord } from './record.ts';

/**
 * Gets each record after it was chained, at least once: after a crash the same record may come again (same `seq`).
 * `chained: false` is a record that could not be stored because its namespace is being deleted.
 */
export type AuditSink = (record: AuditRecord, state: { readonly chained: boolean }) => void | Promise<void>;

/** Writes each record to the log, as JSON under `audit`. */
export function logSink(logger: Logger): AuditSink {
  return (audit, { chained }) => {
    const fields = { network: audit.networkUid, plan: audit.planHash, step: audit.step, workflowId: audit.workflowId };
    if (chained) logger.info({ ...fields, audit }, 'Recorded audit entry');
    else logger.warn({ ...fields, audit }, 'Could not chain audit entry, the namespace is being deleted');
  };
}
