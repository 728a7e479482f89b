/**
 * The literal commands by which people decide, as they are shown in status, in plans and in the Temporal UI. One
 * place, so that all of them name commands that exist. Free of imports at run time: workflow code uses it.
 */
import { entityWorkflowId, type NetworkRef } from '../contract/ids.ts';
import { SIGNALS } from '../contract/messages.ts';
import { type GateName, UNSKIPPABLE_GATES } from '../contract/plan.ts';

/** Characters of a plan hash that commands and tables show; the least that a decision may name. */
const SHORT_HASH_LENGTH = 8;

export function shortHash(hash: string): string {
  return hash.slice(0, SHORT_HASH_LENGTH);
}

type Place = Pick<NetworkRef, 'namespace' | 'name'>;

export function statusCommand(network: Place): string {
  return opstack('status', network);
}

export function approveCommand(network: Place, planHash: string): string {
  return opstack('approve', network, shortHash(planHash));
}

export function rejectCommand(network: Place, planHash: string): string {
  return opstack('reject', network, shortHash(planHash));
}

export function retryCommand(network: Place): string {
  return opstack('retry', network);
}

export function abortCommand(network: Place): string {
  return opstack('abort', network);
}

export function resumeCommand(network: Place): string {
  return opstack('resume', network);
}

function skipGateCommand(network: Place, gate: GateName): string {
  return opstack('skip-gate', network, gate, '--reason "…"');
}

export function confirmFencedCommand(network: Place, node = '<node>'): string {
  return opstack('confirm-fenced', network, node, '--reason "…"');
}

/** How a person may get past a gate: by skipping it, or, where that could make two of one thing, by fencing. */
export function passGateCommand(network: Place, gate: GateName): readonly [when: string, command: string] {
  return UNSKIPPABLE_GATES.includes(gate)
    ? ['only when you have switched the other one off yourself', confirmFencedCommand(network)]
    : ['go on without this gate (is recorded)', skipGateCommand(network, gate)];
}

/** The same decision for somebody who has only the Temporal CLI. It counts as claimed, not as verified. */
export function temporalApproveCommand(network: NetworkRef, planHash: string): string {
  const payload = JSON.stringify({ plan: shortHash(planHash), approver: 'you' });
  return `temporal workflow signal -w ${entityWorkflowId(network)} --name ${SIGNALS.approve} --input '${payload}'`;
}

function opstack(command: string, network: Place, ...rest: string[]): string {
  return ['opstack', command, network.name, ...rest, '-n', network.namespace].join(' ');
}
