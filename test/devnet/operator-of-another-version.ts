/**
 * The operator as a later version may be: it renders op-batcher with one variable more, and makes its marks of what is
 * wished by another formula. Its sources are edited as they are loaded.
 */
import { registerHooks } from 'node:module';

const EDITS: Record<string, readonly [from: string, to: string]> = {
  'src/render/batcher.ts': [
    '...batchSettings(spec),',
    "...batchSettings(spec), ...setting('OP_BATCHER_TXMGR_FEE_LIMIT_MULTIPLIER', '5'),",
  ],
  'src/contract/wish-mark.ts': ["FORMULA = '1'", "FORMULA = '2'"],
};

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const edit = Object.entries(EDITS).find(([file]) => url.endsWith(file))?.[1];
    if (!edit) return loaded;
    const source = String(loaded.source);
    if (!source.includes(edit[0])) throw new Error(`${url} has no ${edit[0]}`);
    return { ...loaded, source: source.replace(edit[0], edit[1]) };
  },
});

await import('../../src/worker/main.ts');
