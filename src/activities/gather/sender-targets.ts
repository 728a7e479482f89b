/** Where a network's proposer and challengers, and the pods of all senders, can be looked at. */
import { parseDuration } from '../../api/duration.ts';
import { LABELS } from '../../api/names.ts';
import type { ProposalTarget } from '../../chain/clients/proposals.ts';
import type { Discovery } from '../../chain/discovery/discovery.ts';
import type { SampleTargets } from '../../chain/sample.ts';
import type { ProposerTarget, ServicePodTarget } from '../../chain/sample-senders.ts';
import type { GateSender } from '../../plan/gates/index.ts';
import { proposedGameType } from '../../render/game-types.ts';
import type { ContractFacts } from '../../render/input.ts';
import { podName } from '../../render/names.ts';
import { BATCHER_RPC, PROPOSER_RPC, SERVICE_METRICS } from '../../render/ports.ts';
import type { Pod } from './chain-targets.ts';
import type { LiveObjects } from './live.ts';
import type { Wish } from './wish.ts';

type Live = Pick<LiveObjects, 'pods'>;
type SenderTargets = Pick<SampleTargets, 'proposer' | 'challengers' | 'prestate'>;

/** Pods of batcher and proposer, by their labels. */
export function servicePods(live: Live): ServicePodTarget[] {
  return [...podsOfKind(live, 'opbatcher', BATCHER_RPC.number), ...podsOfKind(live, 'opproposer', PROPOSER_RPC.number)];
}

function podsOfKind({ pods }: Live, kind: string, port: number): ServicePodTarget[] {
  return pods
    .filter(({ metadata }) => metadata.labels?.[LABELS.component]?.startsWith(`${kind}.`))
    .map((pod) => {
      const ip = (pod as Pod).status?.podIP;
      return { pod: pod.metadata.name, ...(ip ? { ip } : {}), port };
    });
}

export interface SendersAsked {
  readonly contracts: ContractFacts | undefined;
  /** Prestate of the game that the portal respects. */
  readonly prestate?: string | undefined;
  readonly isTried?: boolean;
  readonly before?: ProposerTarget['before'];
}

export function senderTargets(wish: Wish, live: Live, asked: SendersAsked): SenderTargets {
  const { contracts, prestate, isTried, before } = asked;
  const [proposer] = wish.proposers;
  const address = proposer && wish.senderAddresses.get(`OpProposer/${proposer.metadata.name}`);
  const target = proposer && contracts && proposalTarget(proposer.spec, contracts);
  const url = wish.challengers.find(({ spec }) => spec.prestatesUrl !== undefined)?.spec.prestatesUrl;
  return {
    ...(address && target
      ? { proposer: { address, target, ...(isTried ? { isTried } : {}), ...(before ? { before } : {}) } }
      : {}),
    ...(wish.challengers.length === 0
      ? {}
      : {
          challengers: wish.challengers.map(({ metadata: { name } }) => {
            const account = wish.senderAddresses.get(`OpChallenger/${name}`);
            const pod = podsOfKind(live, 'opchallenger', SERVICE_METRICS.number).find(
              (item) => item.pod === podName(name, 0),
            );
            return { challenger: name, ...(account ? { address: account } : {}), ...(pod ? { pod } : {}) };
          }),
        }),
    ...(url && prestate ? { prestate: { url, hash: prestate } } : {}),
  };
}

/** undefined: L1 has said neither of the two. */
function proposalTarget(
  spec: Parameters<typeof proposedGameType>[0],
  contracts: ContractFacts,
): ProposalTarget | undefined {
  const { disputeGameFactory: factory, l2OutputOracle: oracle } = contracts;
  const gameType = proposedGameType(spec, contracts);
  if (oracle !== undefined) return { kind: 'outputs', oracle };
  return factory === undefined || gameType === undefined ? undefined : { kind: 'games', factory, gameType };
}

/** The sender that a gate is asked about, with what L1 says of its role. */
export function gateSender(
  wish: Wish,
  { kind, name }: { readonly kind: string; readonly name: string },
  discovery: Discovery | undefined,
): GateSender | undefined {
  switch (kind) {
    case 'OpBatcher':
      return { kind, name };
    case 'OpProposer': {
      const spec = wish.proposers.find(({ metadata }) => metadata.name === name)?.spec;
      if (!spec || !discovery) return { kind, name };
      const type = spec.gameType === 'Auto' ? discovery.gameType : spec.gameType;
      // What was read of the role is about the game that the portal respects.
      const isRespected = discovery.mode === 'outputOracle' || type === discovery.gameType;
      const proposer = isRespected ? discovery.roles.proposer : undefined;
      return {
        kind,
        name,
        games: {
          ...(proposer === undefined ? {} : { proposer }),
          ...(type === undefined || discovery.mode === 'outputOracle' ? {} : { type }),
        },
      };
    }
    case 'OpChallenger': {
      const spec = wish.challengers.find(({ metadata }) => metadata.name === name)?.spec;
      return { kind, name, prestateRequired: spec?.prestateCheck === 'Required' && spec.prestatesUrl !== undefined };
    }
    default:
      return undefined;
  }
}

/** Seconds between two proposals of the network's proposer. */
export function proposalIntervalSeconds({ proposers }: Wish): number | undefined {
  const interval = proposers[0]?.spec.proposalInterval;
  return interval === undefined ? undefined : parseDuration(interval) / 1000;
}
