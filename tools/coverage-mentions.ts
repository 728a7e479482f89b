/** Whether a test file mentions what it is said to test. */
import { basename, dirname } from 'node:path';

/** A gate, step or failure by its name: `stopBatcher` also as `stop-batcher`, as in step ids. */
export function mentionsName(text: string, name: string): boolean {
  const dashed = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return hasWord(text, name) || hasWord(text, dashed);
}

/**
 * A recording by its name without ending, together with its folder: literally, by a template whose rest is quoted
 * (`syncStatus-${state}` and 'el-down'), or by reading the whole folder.
 */
export function mentionsRecording(text: string, file: string): boolean {
  const folder = basename(dirname(file));
  const stem = basename(file).replace(/[.](json|txt)$/, '');
  if (!text.includes(folder)) return false;
  if (hasWord(text, stem) || text.includes('readdirSync')) return true;
  const dashes = [...stem.matchAll(/-/g)].map(({ index }) => index + 1);
  return dashes.some((at) => text.includes(`${stem.slice(0, at)}\${`) && text.includes(`'${stem.slice(at)}'`));
}

function hasWord(text: string, word: string): boolean {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`).test(text);
}
