/**
 * The literal commands by which people decide, as they are shown in status, in plans and in the Temporal UI. One
 * place, so that all of them name commands that exist. Free of imports at run time: workflow code uses it.
 */
import { entityWorkflowId, type NetworkRef } from '../contract/ids.ts';
import { SIGNALS } from '../contract/messages.ts';
import { FOREIGN, type GateName, UNSKIPPABLE_GATES } from '../contract/plan.ts';
import { isOff } from './move-words.ts';

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

export function rollbackCommand(network: Place): string {
  return opstack('rollback', network);
}

export function abortCommand(network: Place): string {
  return opstack('abort', network);
}

export function resumeCommand(network: Place): string {
  return opstack('resume', network);
}

export function skipGateCommand(network: Place, gate: GateName): string {
  return opstack('skip-gate', network, gate, '--reason "…"');
}

/** @param what is off: a sequencer's OpNode, or a word of `FOREIGN` */
export function confirmFencedCommand(network: Place, what: string): string {
  return opstack('confirm-fenced', network, what, '--reason "…"');
}

export function giveUpBlocksCommand(network: Place, above: number): string {
  return opstack('give-up-blocks', network, `${above}`, '--reason "…"');
}

/**
 * How a person may get past gates: by skipping them, or, where that could make two of one thing, by the word that the
 * other one is off. Without those where only the step knows of whom that would have to be said.
 */
export function passGateCommands(
  network: Place,
  gates: readonly GateName[] = [],
): (readonly [when: string, command: string])[] {
  return gates.flatMap((gate) => {
    if (!UNSKIPPABLE_GATES.includes(gate))
      return [['go on without this gate (is recorded)', skipGateCommand(network, gate)]];
    const foreign = FOREIGN[gate];
    return foreign ? [[`only when ${isOff(foreign)}, for certain`, confirmFencedCommand(network, foreign)]] : [];
  });
}

/** The same decision for somebody who has only the Temporal CLI. It counts as claimed, not as verified. */
export function temporalApproveCommand(network: NetworkRef, planHash: string): string {
  const payload = JSON.stringify({ plan: shortHash(planHash), approver: 'you' });
  return `temporal workflow signal -w ${entityWorkflowId(network)} --name ${SIGNALS.approve} --input '${payload}'`;
}

function opstack(command: string, network: Place, ...rest: string[]): string {
  return ['opstack', command, network.name, ...rest, '-n', network.namespace].join(' ');
}
