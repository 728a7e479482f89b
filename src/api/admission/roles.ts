/** Who decides and who edits, as two ClusterRoles that share nobody's verbs. As plain data. */
import { KIND_NAMES, kinds } from '../group.ts';
import { APPROVE_VERB, GROUP, ROLES } from '../names.ts';

const READS = ['get', 'list', 'watch'];
const ALL = KIND_NAMES.map((kind) => kinds[kind].plural);

/** Reads everything, and decides. What `patch` lets change beside decisions is up to the policy. */
export function approverRole(): object {
  return clusterRole(ROLES.approver, [
    { apiGroups: [GROUP], resources: ALL, verbs: READS },
    { apiGroups: [GROUP], resources: [kinds.OptimismNetwork.plural], verbs: ['patch', APPROVE_VERB] },
  ]);
}

/** Every verb by its name: `*` would be `approve` as well. No status: it says what was approved. */
export function editorRole(): object {
  const verbs = [...READS, 'create', 'update', 'patch', 'delete', 'deletecollection'];
  return clusterRole(ROLES.editor, [{ apiGroups: [GROUP], resources: ALL, verbs }]);
}

function clusterRole(name: string, rules: readonly object[]): object {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules };
}
