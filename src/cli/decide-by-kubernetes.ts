/** Decisions through annotations: the path that the API server can vouch for. */
import { API_VERSION } from '../api/names.ts';
import type { KubeClient } from '../kube/index.ts';
import { CliError } from './cli-error.ts';
import { type Decision, decisionAnnotations } from './decision.ts';
import type { NetworkObject } from './networks.ts';

const FIELD_MANAGER = 'opstack';

/**
 * Writes a decision on the network, in the name of whoever the kubeconfig is.
 * @returns that name
 */
export async function decideByKubernetes(
  kube: KubeClient,
  network: NetworkObject,
  decision: Decision,
  now: Date,
): Promise<string> {
  const approver = await ownUserName(kube);
  const { name, namespace, annotations = {} } = network.metadata;
  await kube.mergePatch(
    { apiVersion: API_VERSION, kind: 'OptimismNetwork', namespace, name },
    { metadata: { annotations: decisionAnnotations(decision, approver, annotations, now) } },
    { fieldManager: FIELD_MANAGER },
  );
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
