/**
 * Records the histories that replay.test.ts replays, from real runs on servers of their own: `npm run record-histories`.
 * Run it for every release, and whenever a history of a release that was never published no longer fits.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { record } from './recording.ts';
import { recordChanges } from './stories/changes.ts';
import { recordUpgrade } from './stories/upgrade.ts';

const DAY = 24 * 3600;

const root = join(import.meta.dirname, '../..');
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
const folder = join(import.meta.dirname, 'histories', version);
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await record('recorded', recordChanges, { folder });
await record('upgraded', recordUpgrade, { folder, files: { isthmusAfterSeconds: 1, jovianAfterSeconds: 20 * DAY } });
process.exit();
