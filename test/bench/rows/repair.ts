/** Somebody deletes a StatefulSet while many networks are idle. */
import { atMost, distribution, type Row } from '../row.ts';
import { idleNetworks } from '../stage/idle-networks.ts';

export const repair: Row = {
  name: 'repair',
  what: 'a managed StatefulSet deleted while networks are idle → it is back',
  targets: [atMost('p90', 2, 's')],
  elsewhere: '49.7 s',
  size: { networks: { usual: 50, target: 1000 }, runs: { usual: 30, of: 'deletions' } },
  async measure(bench) {
    const { fleet, kube, appearances } = await bench.on(idleNetworks);
    const seconds: number[] = [];
    for (let run = 0; run < bench.runs; run++) {
      // Spread over the fleet; on one network the same repair is held back after the third.
      const network = fleet[Math.floor((run * fleet.length) / bench.runs)];
      const node = network?.resources.find(({ kind }) => kind === 'OpNode');
      if (!network || !node) throw new Error('the fleet is empty');
      const { namespace } = network;
      const ref = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: node.metadata.name };
      const uid = (await kube.get(ref))?.metadata.uid ?? '';
      const from = performance.now();
      await kube.delete(ref, { preconditions: { uid } });
      const isBack = await appearances.first(
        `${ref.name} in ${namespace} is back`,
        (item) => item.kind === 'StatefulSet' && item.namespace === namespace && item.at > from && item.uid !== uid,
      );
      seconds.push((isBack.at - from) / 1000);
    }
    return {
      figures: distribution(seconds, 's'),
      under:
        'one after the other, each in another network; clock from the sending of the DELETE to the new StatefulSet in a watch',
    };
  },
};
