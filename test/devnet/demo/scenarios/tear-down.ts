import type { Stage } from '../stage.ts';

/** Deletes what was applied, and waits until nothing is left of it. @returns seconds */
export async function tearDown(stage: Stage): Promise<number> {
  const { progress } = stage;
  progress.step(`kubectl delete -f ${stage.manifests}`);
  const from = progress.seconds();
  await stage.kubectl('delete', '--wait=false', '-f', stage.manifests);
  await stage.follow('everything is gone', ({ phase }) => phase === undefined, 180);
  const left = (await stage.kubectl('get', 'opnet,opn,opb,opp,opc,statefulset,pod,pvc', '-o', 'name')).trim();
  if (left !== '') throw new Error(`left behind: ${left.replaceAll('\n', ', ')}`);
  return progress.seconds() - from;
}
