/**
 * Writes the workflows as the one script that workers run, so that they need not bundle them at their start: `npm run
 * build` does it for the package.
 *
 *   node tools/bundle-workflows.ts <file>
 */
import { writeFile } from 'node:fs/promises';
import { bundleWorkflows } from '../src/worker/replay/workflow-bundle.ts';

const [file] = process.argv.slice(2);
if (!file) throw new Error('usage: node tools/bundle-workflows.ts <file>');
const { code } = await bundleWorkflows();
await writeFile(file, code);
