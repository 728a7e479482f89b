/**
 * The ValidatingAdmissionPolicy that lets the API server vouch for decisions written as annotations: who may decide, in
 * whose name, that whoever may only decide changes no spec, and whoever may only edit not what is asked for. As plain data; covers all of DECISION_ANNOTATIONS.
 */
import { kinds } from '../group.ts';
import { APPROVE_VERB, DECISION_ANNOTATIONS, DECISION_POLICY, GROUP, ROLES } from '../names.ts';

const { approver, comment, ...actions } = DECISION_ANNOTATIONS;
const NETWORKS = kinds.OptimismNetwork.plural;

interface Validation {
  readonly expression: string;
  /** CEL that makes the text: a policy has no other way to name what the request was about. */
  readonly messageExpression: string;
}

/** CEL: whether the caller has a verb on this very network. */
function may(verb: string): string {
  const network = `authorizer.group('${GROUP}').resource('${NETWORKS}')`;
  return `${network}.namespace(request.namespace).name(object.metadata.name).check('${verb}').allowed()`;
}

/** Evaluated when they are used: a request that changes neither decisions nor spec asks no authorizer. */
const VARIABLES: Readonly<Record<string, string>> = {
  actions: celList(Object.values(actions)),
  decisions: `variables.actions + ${celList([approver, comment])}`,
  before: 'oldObject == null || !has(oldObject.metadata.annotations) ? dyn({}) : dyn(oldObject.metadata.annotations)',
  now: '!has(object.metadata.annotations) ? dyn({}) : dyn(object.metadata.annotations)',
  written:
    'variables.decisions.filter(key, key in variables.now && !(key in variables.before && variables.before[key] == variables.now[key]))',
  removed: 'variables.decisions.filter(key, key in variables.before && !(key in variables.now))',
  mayDecide: may(APPROVE_VERB),
};

const VALIDATIONS: readonly Validation[] = [
  {
    expression: 'variables.written.size() == 0 || variables.mayDecide',
    messageExpression: `variables.written.join(', ') + ': to decide about plans of this network takes the verb "${APPROVE_VERB}" on it; ask for the ClusterRole ${ROLES.approver}, or leave these annotations alone'`,
  },
  {
    expression: `variables.written.size() == 0 || ('${approver}' in variables.now && variables.now['${approver}'] == request.userInfo.username)`,
    messageExpression: `'${approver} must be your own name: set it to "' + request.userInfo.username + '" in the request that sets ' + variables.written.join(', ')`,
  },
  {
    // Else a second person's name would stand beside a decision of the first that nobody has read yet.
    expression: 'variables.written.size() == 0 || variables.written.exists(key, key in variables.actions)',
    messageExpression: `variables.written.join(', ') + ': says nothing without a decision; set a decision annotation in the same request, to a value that it does not have yet'`,
  },
  {
    expression: 'variables.removed.size() == 0 || variables.mayDecide',
    messageExpression: `variables.removed.join(', ') + ' would be removed, which takes the verb "${APPROVE_VERB}" on this network: use kubectl apply or kubectl patch in place of kubectl replace, which drops what its file does not have'`,
  },
  {
    // Else whoever edits says by this field that nobody is asked.
    expression: 'oldObject == null || object.spec.?approval == oldObject.spec.?approval || variables.mayDecide',
    messageExpression: `'spec.approval would be changed, which says who is asked and takes the verb "${APPROVE_VERB}" on this network as well: let somebody change it who has both ClusterRoles, ${ROLES.approver} and ${ROLES.editor}'`,
  },
  {
    // RBAC alone lets the verb patch, which decisions need, change everything.
    expression: `oldObject == null || object.spec == oldObject.spec || ${may('update')}`,
    messageExpression: `'spec would be changed, which takes the verb "update" on this network: ask for the ClusterRole ${ROLES.editor}, or leave spec as it is'`,
  },
];

export function decisionPolicy(): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: DECISION_POLICY },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          { apiGroups: [GROUP], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources: [NETWORKS] },
        ],
      },
      variables: Object.entries(VARIABLES).map(([name, expression]) => ({ name, expression })),
      validations: VALIDATIONS.map((validation) => ({ ...validation, reason: 'Forbidden' })),
    },
  };
}

export function decisionPolicyBinding(): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: DECISION_POLICY },
    spec: { policyName: DECISION_POLICY, validationActions: ['Deny'] },
  };
}

function celList(values: readonly string[]): string {
  return `[${values.map((value) => `'${value}'`).join(', ')}]`;
}
