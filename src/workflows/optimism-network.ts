/**
 * The entity: one for each OptimismNetwork, for as long as the object lives. It decides when to look, when to ask and
 * when to execute; a signal only ever means "look again". Its state is a cache (entity-state.ts).
 */
import { continueAsNew } from '@temporalio/workflow';
import type { EntityInput } from '../contract/messages.ts';
import { Entity } from './entity.ts';
import { listen } from './entity-messages.ts';

export async function optimismNetwork(input: EntityInput): Promise<void> {
  const entity = new Entity(input);
  listen(entity);
  const end = await entity.run();
  if (end === 'gone') return;
  const state = end === 'again' ? { state: entity.state.carry() } : {};
  await continueAsNew<typeof optimismNetwork>({ network: input.network, schema: 1, ...state });
}
