/** The Service that leads to whichever sequencer of a network is active; steps point it at another one. */

import { podSelector } from './labels.ts';
import type { ServiceSpec } from './manifest.ts';
import { EL_HTTP, EL_WS, servicePorts } from './ports.ts';

/** Selects the pod of a sequencer. @param node its OpNode */
export function activeSequencerSelector(network: string, node: string): Record<string, string> {
  return podSelector(network, { kind: 'OpNode', name: node });
}

/** Ready pods only, and never the admin RPC. */
export function activeSequencerSpec(network: string, node: string): ServiceSpec {
  return { type: 'ClusterIP', selector: activeSequencerSelector(network, node), ports: servicePorts([EL_HTTP, EL_WS]) };
}
