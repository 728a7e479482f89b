/** What a replay of many histories has come to. */
import { misfitText } from '../worker/replay/misfit.ts';
import type { Replayed } from '../worker/replay/replay-histories.ts';
import { columns, grouped, type Output, type Paint, serialise } from './output.ts';

export interface ReplayReport {
  readonly replayed: number;
  readonly failed: number;
  readonly types: readonly { readonly type: string; readonly replayed: number; readonly failed: number }[];
  /** In the order in which they were met. */
  readonly failures: readonly Replayed[];
}

export const NOTHING_REPLAYED: ReplayReport = { replayed: 0, failed: 0, types: [], failures: [] };

/** The report with one more history in it; types by name. */
export function withReplayed(report: ReplayReport, result: Replayed): ReplayReport {
  const failed = result.misfit ? 1 : 0;
  const before = report.types.find(({ type }) => type === result.type) ?? { type: result.type, replayed: 0, failed: 0 };
  const others = report.types.filter(({ type }) => type !== result.type);
  return {
    replayed: report.replayed + 1,
    failed: report.failed + failed,
    types: [...others, { ...before, replayed: before.replayed + 1, failed: before.failed + failed }].sort((a, b) =>
      a.type < b.type ? -1 : 1,
    ),
    failures: failed ? [...report.failures, result] : report.failures,
  };
}

/** A table of types and the histories that do not fit, or the report as JSON or YAML. */
export function reportText(report: ReplayReport, output: Output, paint: Paint): string {
  if (output !== 'table') return serialise(report, output);
  if (report.replayed === 0) return 'There is nothing to replay.\n';
  const rows = report.types.map(({ type, replayed, failed }) => [
    type,
    grouped(replayed),
    failed > 0 ? paint('red', grouped(failed)) : '0',
  ]);
  const failures = report.failures.flatMap(({ workflowId, type, misfit }) =>
    misfit ? [`${workflowId} (${type}): ${misfitText(misfit)}`] : [],
  );
  return [
    columns(['TYPE', 'REPLAYED', 'FAILED'], rows),
    ...(failures.length > 0 ? [failures.join('\n'), ''] : []),
  ].join('\n');
}
