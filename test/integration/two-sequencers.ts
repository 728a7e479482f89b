/** A devnet with two sequencers on machines of their own: one is active, the other one stands by. */
import type { KubeObject } from '../../src/kube/index.ts';
import { NETWORK } from '../devnet/chain.ts';
import type { PodRunner } from '../devnet/kubelet/pod-runner.ts';
import { resource } from './cluster-objects.ts';
import type { Devnet } from './devnet.ts';

type Change = Record<string, unknown>;

export const ACTIVE = 'devnet-sequencer';
export const STANDBY = 'devnet-standby';
const HOSTNAME = 'kubernetes.io/hostname';

/** Everything that does not ask for another machine is on the first one. */
export function networkOfTwo({ chain }: Pick<Devnet, 'chain'>, change: Change = {}): KubeObject {
  return resource({ chain }, NETWORK, {
    sequencer: { preferred: ACTIVE },
    defaults: { nodeSelector: { [HOSTNAME]: chain.runner.nodeName } },
    ...change,
  });
}

/** The preferred one, on a machine of its own. */
export function activeOn(devnet: Pick<Devnet, 'chain'>, machine: PodRunner, change: Change = {}): KubeObject {
  return resource(devnet, ACTIVE, { pod: { nodeSelector: { [HOSTNAME]: machine.nodeName } }, ...change });
}

export function standbyOf(devnet: Pick<Devnet, 'chain'>, change: Change = {}): KubeObject {
  const { metadata, ...rest } = resource(devnet, ACTIVE, change);
  return { ...rest, metadata: { ...metadata, name: STANDBY } };
}
