/** Decisions through annotations: the path that the API server can vouch for. */
import { API_VERSION, APPROVE_VERB, DECISION_POLICY, GROUP } from '../api/names.ts';
import { type KubeClient, refusalOfPolicy } from '../kube/index.ts';
import { CliError } from './cli-error.ts';
import { type Decision, decisionAnnotations } from './decision.ts';
import type { NetworkObject } from './networks.ts';

const FIELD_MANAGER = 'opstack';

/**
 * Writes a decision on the network, in the name of whoever the kubeconfig is.
 * @returns that name
 * @throws CliError with the words of the admission policy when it refuses
 */
export async function decideByKubernetes(
  kube: KubeClient,
  network: NetworkObject,
  decision: Decision,
  now: Date,
): Promise<string> {
  const approver = await ownUserName(kube);
  const { name, namespace, annotations = {} } = network.metadata;
  try {
    await kube.mergePatch(
      { apiVersion: API_VERSION, kind: 'OptimismNetwork', namespace, name },
      { metadata: { annotations: decisionAnnotations(decision, approver, annotations, now) } },
      { fieldManager: FIELD_MANAGER },
    );
  } catch (error) {
    const why = refusalOfPolicy(error, DECISION_POLICY);
    if (why === undefined) throw error;
    const next = `kubectl auth can-i ${APPROVE_VERB} optimismnetworks.${GROUP}/${name} -n ${namespace}`;
    throw new CliError({ what: `You may not decide about ${name} as ${approver}`, why, next }, { cause: error });
  }
  return approver;
}

/** The name under which the API server knows us. */
export async function ownUserName(kube: KubeClient): Promise<string> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const { text } = await kube.raw('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body });
  const review = JSON.parse(text) as { status?: { userInfo?: { username?: string } } };
  const name = review.status?.userInfo?.username;
  if (name) return name;
  throw new CliError({ what: 'The API server does not say who you are', next: 'kubectl auth whoami' });
}
