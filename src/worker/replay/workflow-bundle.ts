/** The workflows as one script: what workers run, and what histories are replayed against. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker';
import { PAYLOAD_CONVERTER_PATH } from '../temporal.ts';

/** Where `npm run build` leaves it; beside the sources there is none. */
const BUILT = fileURLToPath(new URL('../../workflows.bundle.js', import.meta.url));

/** Bundles the sources; takes some seconds. */
export function bundleWorkflows(): Promise<WorkflowBundle> {
  const workflowsPath = fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? '../../workflows/index.ts' : '../../workflows/index.js', import.meta.url),
  );
  return bundleWorkflowCode({
    workflowsPath,
    payloadConverterPath: PAYLOAD_CONVERTER_PATH,
    logger: new DefaultLogger('WARN'),
  });
}

/** The workflows of this version: built with the package, or bundled now. */
export function loadWorkflows(): Promise<WorkflowBundle> {
  return existsSync(BUILT) ? readBundle(BUILT) : bundleWorkflows();
}

/** @throws when the file can not be read */
export async function readBundle(path: string): Promise<WorkflowBundle> {
  return { code: await readFile(path, 'utf8') };
}

/**
 * Whether a worker with this build id runs exactly this code: the SDK puts the bundle's SHA-256 at its end, and the
 * server remembers it with each workflow.
 */
export function isBuildOf({ code }: WorkflowBundle, buildId: string): boolean {
  return buildId.endsWith(`+${createHash('sha256').update(code).digest('hex')}`);
}
