/** Who decides and who edits, as two ClusterRoles that share nobody's verbs. As plain data. */
import { KIND_NAMES, kinds } from '../group.ts';
import { APPROVE_VERB, GROUP, ROLES } from '../names.ts';

const READS = ['get', 'list', 'watch'];
/** What would change, field by field, is in the ConfigMap that `status.plan` names. */
const READS_PLANS = { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] };
const ALL = KIND_NAMES.map((kind) => kinds[kind].plural);

/** Reads what it decides about, and decides. What `patch` lets change beside decisions is up to the policy. */
export function approverRole(): object {
  return clusterRole(ROLES.approver, [
    { apiGroups: [GROUP], resources: ALL, verbs: READS },
    { apiGroups: [GROUP], resources: [kinds.OptimismNetwork.plural], verbs: ['patch', APPROVE_VERB] },
    READS_PLANS,
  ]);
}

/** Every verb by its name: `*` would be `approve` as well. No status: it says what was approved. */
export function editorRole(): object {
  const verbs = [...READS, 'create', 'update', 'patch', 'delete', 'deletecollection'];
  return clusterRole(ROLES.editor, [{ apiGroups: [GROUP], resources: ALL, verbs }, READS_PLANS]);
}

function clusterRole(name: string, rules: readonly object[]): object {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules };
}
