/** The real kubectl. */
import { run } from '../../tools/toolchain/run.ts';
import { ensureTool } from '../../tools/toolchain.ts';

export async function kubectl(kubeconfigPath: string, ...args: string[]): Promise<string> {
  const { path } = await ensureTool('kubectl');
  return run(path, ['--kubeconfig', kubeconfigPath, ...args]);
}
