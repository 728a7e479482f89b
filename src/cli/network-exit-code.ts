import { EXIT, type ExitCode } from './exit-codes.ts';
import type { NetworkTree } from './networks.ts';
import { waitsForApproval } from './plan-view.ts';

const BAD_PHASES = ['Halted', 'Invalid', 'Degraded'];

/** What `status` ends with: trouble weighs more than a plan that waits. */
export function statusExitCode(trees: readonly NetworkTree[]): ExitCode {
  if (trees.some(isDegraded)) return EXIT.degraded;
  return trees.some(({ network }) => waitsForApproval(network)) ? EXIT.waitingForApproval : EXIT.ok;
}

function isDegraded({ network, components }: NetworkTree): boolean {
  return [network, ...components].some(
    ({ status }) =>
      BAD_PHASES.includes(status?.phase ?? '') ||
      status?.conditions?.some(
        ({ type, status: value }) =>
          (type === 'Degraded' && value === 'True') ||
          (type === 'ConfigurationValid' && value === 'False') ||
          (type === 'Orchestrated' && value === 'False'),
      ),
  );
}
