import type { Generation } from './generation.ts';

/** SystemConfig 4.0.0, from the release notes of v8.0.0-rc.2: `batchInbox()` and `setGasConfig()` are gone. Not recorded. */
export const v8: Generation = {
  name: 'v8',
  recognisedBy: { has: ['l2ChainId', 'lastUsedOPCM'], lacks: ['batchInbox'] },
  systemConfig: [],
  portal: [],
  removed: ['batchInbox'],
};
