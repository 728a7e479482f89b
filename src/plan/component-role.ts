/** What a component is to its chain, by kind and role. */
import type { ComponentRole } from './desired.ts';

export function componentRole(object: { readonly kind: string; readonly spec?: unknown }): ComponentRole | undefined {
  switch (object.kind) {
    case 'OptimismNetwork':
      return 'network';
    case 'OpNode': {
      const { spec } = object;
      const role = typeof spec === 'object' && spec !== null && 'role' in spec ? spec.role : undefined;
      return role === 'Sequencer' ? 'sequencer' : 'replica';
    }
    case 'OpBatcher':
      return 'batcher';
    case 'OpProposer':
      return 'proposer';
    case 'OpChallenger':
      return 'challenger';
    default:
      return undefined;
  }
}

/** A sequencer that is not the active one stands by. @param active OpNode; undefined: there is none */
export function besideActive(
  role: ComponentRole | undefined,
  name: string,
  active: string | undefined,
): ComponentRole | undefined {
  return role === 'sequencer' && name !== active ? 'standby' : role;
}
