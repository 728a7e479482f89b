/**
 * What a program's last log lines say, in our own words. Log lines are never quoted: they may hold endpoints with
 * credentials. Only captures of a narrow form (flag names, variables, paths, hosts) get into the result.
 */

import type { Explanation, Pattern } from './explanation.ts';
import { SIGNER_PATTERNS } from './signer-explanations.ts';

/** More special ones first. Each was recorded from the real programs, but for those of remote signers. */
const PATTERNS: readonly Pattern[] = [
  ...SIGNER_PATTERNS,
  {
    matches: /flag provided but not defined: -{1,2}([a-z0-9.-]+)/i,
    explain: ([flag]) => ({
      reason: 'UnknownFlag',
      why: `does not know the flag --${flag}`,
      fix: `remove --${flag} from extraArgs, or use a version of the program that has it`,
    }),
  },
  {
    matches: /could not parse \\?"tcp:\/\/[^"]*\\?" as .* from environment variable \\?"([A-Z0-9_]+)/,
    explain: ([variable]) => ({
      reason: 'ServiceLinkCollision',
      why: `took ${variable} for a setting, which Kubernetes sets for a Service of that name in the namespace`,
      fix: 'the pod needs enableServiceLinks: false (the operator renders it so); or rename the Service',
    }),
  },
  {
    matches: /could not parse .* from environment variable \\?"([A-Z0-9_]+)\\?" for flag ([a-z0-9.-]+)/,
    explain: ([variable, flag]) => ({
      reason: 'BadSetting',
      why: `can't read the value of ${variable} (flag --${flag})`,
      fix: `correct ${variable} in env, or the field of the spec that sets it`,
    }),
  },
  {
    matches: /looking up IP for hostname \\?"([a-z0-9.-]+)/i,
    explain: ([host]) => ({
      reason: 'BootnodesUnresolved',
      why: `can't resolve the public bootnode ${host}`,
      fix: 'allow public DNS, name boot nodes by address in consensus.p2p.bootnodes, or set consensus.p2p.discovery: false',
    }),
  },
  {
    matches: /(?:open|mkdir|create) ([A-Za-z0-9_./-]+): read-only file system/,
    explain: ([path]) => ({
      reason: 'ReadOnlyRoot',
      why: `wants to write to ${path}, which is on the read-only root file system`,
      fix: `point the setting that names ${path} to a mounted volume`,
    }),
  },
  {
    matches: /invalid genesis file: ([A-Za-z0-9_' ]+)/,
    explain: ([what]) => ({
      reason: 'InvalidGenesis',
      why: `does not accept the genesis file: ${what?.trim()}`,
      fix: 'correct the genesis that spec.genesis of the OptimismNetwork names',
    }),
  },
  {
    matches: /failed to sync forkchoice with engine: .* dial tcp 127\.0\.0\.1:\d+: connect: connection refused/,
    explain: () => ({
      reason: 'ExecutionClientGone',
      why: 'waits for its execution client, which is gone',
      fix: 'wait until the execution client runs again',
    }),
  },
  {
    matches: /401 Unauthorized: signature is invalid/,
    explain: () => ({
      reason: 'JwtMismatch',
      why: 'has another JWT secret than its execution client',
      fix: 'delete the pod, so that both read the Secret anew; keep the Secret as it is while they run',
    }),
  },
  {
    matches: /failed to find an active sequencer/,
    explain: () => ({
      reason: 'NoActiveSequencer',
      why: 'finds no active sequencer among its nodes',
      fix: 'see the condition Sequencing of the OptimismNetwork: it goes on by itself as soon as one sequences',
    }),
  },
  {
    matches: /derivation failed: .*failed to fetch blobs/,
    explain: () => ({
      reason: 'BlobsUnavailable',
      why: 'gets no blobs from the L1 beacon node, and derives nothing without them',
      fix: 'check spec.l1.beacon, and name an archive of blobs in spec.l1.beaconFallbacks when they are older than 18 days',
    }),
  },
  {
    // The host begins after the last @: a password may have others in it.
    matches:
      /failed to dial address, but may connect later.* addr=\\?"?(https?|wss?):\/\/(?:[^\s"/]*@)?([A-Za-z0-9.:[\]-]+)(?![^\s"/]*@)/,
    explain: ([, host]) => ({
      reason: 'DependencyUnreachable',
      why: `can't reach ${host}`,
      fix: `check that ${host} resolves and answers from inside the cluster`,
    }),
  },
];

/** @returns undefined when none of the lines is known */
export function explainLogLines(lines: readonly string[]): Explanation | undefined {
  for (const line of lines.toReversed()) {
    for (const { matches, explain } of PATTERNS) {
      const match = matches.exec(line);
      if (match) return explain(match.slice(1));
    }
  }
  return undefined;
}
