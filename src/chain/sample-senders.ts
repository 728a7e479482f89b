/** Samples of what sends transactions to L1 beside the batcher: proposer and challengers. */
import { challengerMetrics } from './clients/challenger.ts';
import type { HttpOptions } from './clients/http.ts';
import { senderAccount } from './clients/l1.ts';
import { hasPrestate } from './clients/prestates.ts';
import { lastProposal, outputInterval, type ProposalTarget, proposalBond, tryProposal } from './clients/proposals.ts';
import { reading } from './clients/reading.ts';
import { serviceVersion } from './clients/service-version.ts';
import { fromAddress } from './pod-reading.ts';
import type { ChallengerSample, PrestateSample, Proposal, ProposerSample, ServicePodSample } from './samples.ts';

/** A pod of a component that sends transactions. */
export interface ServicePodTarget {
  readonly pod: string;
  /** Absent while the pod has none. */
  readonly ip?: string;
  readonly port: number;
}

export interface ProposerTarget {
  readonly address: string;
  readonly target: ProposalTarget;
  /** Also ask whether a proposal would be accepted now. */
  readonly isTried?: boolean;
  /** What an earlier sample has seen, to go on from. */
  readonly before?: { readonly seenProposals: number; readonly lastProposal?: Proposal };
}

export interface ChallengerTarget {
  /** Name of the OpChallenger. */
  readonly challenger: string;
  readonly address?: string;
  readonly pod?: ServicePodTarget;
}

export interface PrestateTarget {
  /** Where challengers fetch them from. */
  readonly url: string;
  readonly hash: string;
}

export async function sampleServicePod(target: ServicePodTarget, http: HttpOptions): Promise<ServicePodSample> {
  const { pod } = target;
  return { pod, version: await fromAddress(target, target.port, (url) => serviceVersion(url, http)) };
}

export async function sampleChallenger(
  { challenger, address, pod }: ChallengerTarget,
  l1Url: string | undefined,
  http: HttpOptions,
): Promise<ChallengerSample> {
  const [account, metrics] = await Promise.all([
    l1Url !== undefined && address !== undefined ? reading(senderAccount(l1Url, { address }, http)) : undefined,
    pod && fromAddress(pod, pod.port, (url) => challengerMetrics(url, http)),
  ]);
  return { challenger, ...(account ? { account } : {}), ...(metrics ? { metrics } : {}) };
}

export async function samplePrestate({ url, hash }: PrestateTarget, http: HttpOptions): Promise<PrestateSample> {
  return { hash, found: await hasPrestate(url, hash, http) };
}

export async function sampleProposer(
  url: string,
  { address, target, isTried = false, before }: ProposerTarget,
  http: HttpOptions,
): Promise<ProposerSample> {
  const [account, bondWei, intervalSeconds, proposals] = await Promise.all([
    senderAccount(url, { address }, http),
    proposalBond(url, target, http),
    outputInterval(url, target, http),
    lastProposal(url, { address, target, from: before?.seenProposals ?? 0 }, http),
  ]);
  const last = proposals.last ?? before?.lastProposal;
  // A node refuses the call of an account that does not have what goes along, before the contract is asked.
  const canTry = isTried && BigInt(account.balanceWei) > BigInt(bondWei);
  const trial = canTry ? await reading(tryProposal(url, { address, bondWei, target }, http)) : undefined;
  return {
    ...account,
    bondWei,
    ...(intervalSeconds === undefined ? {} : { intervalSeconds }),
    seenProposals: proposals.seen,
    ...(trial ? { trial } : {}),
    ...(last ? { lastProposal: last } : {}),
  };
}
