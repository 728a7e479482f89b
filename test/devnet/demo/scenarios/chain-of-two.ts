/** The chain that upgrades are shown on: everything that an operator of a chain has, and a second sequencer. */
import type { KubeObject } from '../../../../src/kube/index.ts';
import { NETWORK } from '../../chain.ts';
import type { Stage } from '../stage.ts';

export const SEQUENCER = 'devnet-sequencer';
export const STANDBY = 'devnet-standby';

/** The OptimismNetwork, as a user would write it: the example with these fields of the spec in addition. */
export function networkWith({ chain }: Stage, change: Record<string, unknown>): KubeObject {
  const network = chain.resources.find(({ kind }) => kind === 'OptimismNetwork');
  if (!network) throw new Error('the example has no OptimismNetwork');
  const spec = network['spec'] as object;
  return { ...network, spec: { ...spec, sequencer: { preferred: SEQUENCER }, ...change } };
}

/** Applies the example with a standby, and waits until it is Ready. */
export async function installOfTwo(
  stage: Stage,
  network: KubeObject,
  isWanted: (object: KubeObject) => boolean = () => true,
): Promise<void> {
  const { chain, progress } = stage;
  const components = chain.resources.filter((object) => object.kind !== 'OptimismNetwork' && isWanted(object));
  const sequencer = components.find(({ metadata }) => metadata.name === SEQUENCER);
  if (!sequencer) throw new Error('the example has no sequencer');
  const standby = { ...sequencer, metadata: { ...sequencer.metadata, name: STANDBY } };
  const files = await Promise.all([network, ...components, standby].map((object) => stage.write(object)));
  progress.step(`kubectl apply -f ${stage.manifests}`);
  await stage.kubectl('apply', ...files.flatMap((file) => ['-f', file]));
  await stage.follow('the network is Ready', ({ phase }) => phase === 'Ready', 300);
}

/** Applies the network again, with what a person has changed in it. */
export async function edit(stage: Stage, network: KubeObject, what: string): Promise<void> {
  stage.progress.step(`${what}; kubectl apply -f ${await stage.write(network)}`);
  await stage.kubectl('apply', '-f', await stage.write(network));
}

/** Shows the plan that waits, and approves it. @returns its hash */
export async function approve(stage: Stage): Promise<string> {
  const { progress } = stage;
  const { plan } = await stage.follow('a plan waits', ({ phase }) => phase === 'AwaitingApproval', 60);
  const hash = plan?.hash ?? '';
  progress.step(`opstack plan ${NETWORK}`);
  progress.print(await stage.opstack(['plan', NETWORK], [0, 3, 4]));
  progress.step(`opstack approve ${NETWORK} ${hash.slice(0, 8)}`);
  await stage.opstack(['approve', NETWORK, hash.slice(0, 8)]);
  return hash;
}
