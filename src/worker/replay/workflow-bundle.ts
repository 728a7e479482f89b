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

/** @throws when the file can not be read or is no bundle */
export async function readBundle(path: string): Promise<WorkflowBundle> {
  const code = await readFile(path, 'utf8');
  // All that the SDK asks of one before it runs it.
  if (!code.includes('//# sourceMappingURL=data:application/json')) throw new Error('it has no source map at its end');
  return { code };
}

/**
 * What workers of this code call their build; the server remembers it with each workflow. The SDK's own is another in
 * every working directory.
 */
export function buildIdOf({ code }: WorkflowBundle): string {
  return createHash('sha256').update(code).digest('hex');
}
