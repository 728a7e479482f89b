import { describe, expect, it } from 'vitest';
import {
  changedCondition,
  networkNotFound,
  nobodyTakesDown,
  notOrchestrated,
  orchestrated,
} from '../../src/watcher/conditions.ts';
import type { OwnObject, StoredCondition } from '../../src/watcher/watched-objects.ts';

const PLACE = { address: 'temporal:7233', namespace: 'default' };
const NOW = new Date('2026-05-01T12:00:00.789Z');

const network = (conditions: StoredCondition[] = [], generation = 1): OwnObject => ({
  apiVersion: 'optimism.io/v1alpha1',
  kind: 'OptimismNetwork',
  metadata: { name: 'acme', namespace: 'ns', generation },
  network: 'acme',
  digest: '',
  conditions,
});

const wanted = orchestrated('wf', PLACE);
const stored: StoredCondition = { ...wanted, observedGeneration: 1, lastTransitionTime: '2026-01-01T00:00:00Z' };
const away = notOrchestrated({ reason: 'TemporalUnreachable', detail: 'x' }, PLACE);

describe('a condition of the watcher', () => {
  it('is written when there is none, with whole seconds', () => {
    expect(changedCondition(network(), wanted, NOW)).toEqual({
      ...wanted,
      observedGeneration: 1,
      lastTransitionTime: '2026-05-01T12:00:00Z',
    });
  });

  it('is not written when it says the same', () => {
    expect(changedCondition(network([stored]), wanted, NOW)).toBeUndefined();
  });

  it('keeps its transition time when only the generation changes', () => {
    expect(changedCondition(network([stored], 2), wanted, NOW)).toMatchObject({
      observedGeneration: 2,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    });
  });

  it('moves its transition time when its status changes', () => {
    expect(changedCondition(network([stored]), away, NOW)).toMatchObject({
      status: 'False',
      lastTransitionTime: '2026-05-01T12:00:00Z',
    });
  });

  it.each([
    ['that Temporal does not answer', away],
    ['that Temporal refuses', notOrchestrated({ reason: 'TemporalRefused', detail: 'namespace not found' }, PLACE)],
    ['that a network is missing', networkNotFound('acme', 'ns')],
    ['that nobody takes a component down', nobodyTakesDown(network(), 'acme')],
  ])('says what to do: %s', (_, { message }) => {
    expect(message).toMatch(/ → .+/);
  });

  it('says the same for every failure to reach Temporal, so that it is not rewritten', () => {
    expect(notOrchestrated({ reason: 'TemporalUnreachable', detail: 'y' }, PLACE)).toEqual(away);
  });
});
