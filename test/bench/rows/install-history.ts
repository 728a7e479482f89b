/** What an install leaves in Temporal. */
import { atMost, type Row } from '../row.ts';
import { wholeNetwork } from '../stage/whole-network.ts';

export const installHistory: Row = {
  name: 'install-history',
  what: 'history events of an install of all five kinds',
  targets: [atMost('events', 120, '')],
  size: {},
  async measure(bench) {
    const { temporal, network } = await bench.on(wholeNetwork);
    const { historyLength } = await temporal.workflow.getHandle(`${network.entityId}/install-1`).describe();
    const entity = await temporal.workflow.getHandle(network.entityId).describe();
    const { history = [] } = await network.chain.status();
    return {
      figures: [
        { name: 'events', value: historyLength, unit: '' },
        { name: 'of its entity', value: entity.historyLength, unit: '' },
      ],
      under: `workflow of the plan "${history[0]?.summary ?? ''}"; waiting gates add nothing`,
    };
  },
};
