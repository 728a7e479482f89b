/** The watcher: watches the five kinds and what was made of them, and pokes workflows. */
export { createWatcherMetrics } from './metrics.ts';
export { startWatcher } from './watcher.ts';
