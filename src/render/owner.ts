import { API_VERSION } from '../api/names.ts';
import type { ComponentRef } from '../contract/plan.ts';
import type { OwnerReference } from './manifest.ts';

/**
 * Owner reference of a stateless companion. Not as controller, and without blocking: while a CR of the same name is
 * deleted and created again, both uids may stand side by side, and two controllers are refused by the API server.
 * StatefulSets, the headless Services by which their pods reach each other, and volumes get none: foreground deletion
 * would take them away before the teardown plan has drained them (seen on a real API server).
 *
 * Empty for a CR that was never stored, as when rendering offline.
 */
export function ownedBy(component: ComponentRef, uid: string | undefined): OwnerReference[] {
  return uid === undefined ? [] : [{ apiVersion: API_VERSION, kind: component.kind, name: component.name, uid }];
}
