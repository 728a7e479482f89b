import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tool } from './catalogue.ts';

/**
 * The program that an environment variable names, or undefined when none does. A variable that names a file which is
 * not there is an error: somebody asked for that one. A folder may hold only some of the tools (envtest's has no
 * controller-manager).
 */
export async function explicitPath(tool: Tool, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const { variable, names } of tool.explicit) {
    const value = env[variable];
    if (value === undefined || value === '') continue;
    const path = names === 'folder' ? join(value, tool.name) : value;
    if (await isProgram(path)) return path;
    if (names === 'file') throw new Error(`${variable}=${value} is not an executable file: correct or unset it`);
  }
  return undefined;
}

/** True if there is a file that may be executed. */
export async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
