/** Faults of the programs of one pod. Each switches something on and returns the undo. */
export interface PodFaults {
  /** RPC servers of the pod accept requests and never answer. */
  hangRpc(): () => void;
  /** op-node stops reading L1: `current_l1`, safe and finalized stand still ("a node that never syncs"). */
  freezeDerivation(): () => void;
  /** op-node neither takes nor passes on gossip. */
  dropGossip(): () => void;
  /** op-batcher stops to submit, without a word; `/healthz` stays 200. */
  stallBatcher(): () => void;
  /** The execution client has another JWT secret than op-node: every call of the engine is answered with 401. */
  otherJwtSecret(): () => void;
  /** The execution client goes on with the chain configuration in its data directory, whatever genesis it is started with. */
  keepChainConfig(): () => void;
  /** The execution client does not serve the `miner` API. */
  hideMinerApi(): () => void;
  /** L1 has no data for op-node any more, as when blobs are lost: derivation begins again and again. */
  loseBlobs(): () => void;
}

export type Fault = keyof PodFaults;

/** Switchboard of faults by pod. */
export interface Faults {
  /** @param pod `<name>` in any namespace, or `<namespace>/<name>` */
  pod(pod: string): PodFaults;
  active(fault: Fault, namespace: string, pod: string): boolean;
}

export function createFaults(): Faults {
  const active = new Map<string, number>();
  const switchOn = (key: string) => {
    active.set(key, (active.get(key) ?? 0) + 1);
    let undone = false;
    return () => {
      if (!undone) active.set(key, (active.get(key) ?? 0) - 1);
      undone = true;
    };
  };
  return {
    pod: (pod) => ({
      hangRpc: () => switchOn(`hangRpc ${pod}`),
      freezeDerivation: () => switchOn(`freezeDerivation ${pod}`),
      dropGossip: () => switchOn(`dropGossip ${pod}`),
      stallBatcher: () => switchOn(`stallBatcher ${pod}`),
      otherJwtSecret: () => switchOn(`otherJwtSecret ${pod}`),
      keepChainConfig: () => switchOn(`keepChainConfig ${pod}`),
      hideMinerApi: () => switchOn(`hideMinerApi ${pod}`),
      loseBlobs: () => switchOn(`loseBlobs ${pod}`),
    }),
    active: (fault, namespace, pod) =>
      (active.get(`${fault} ${pod}`) ?? 0) > 0 || (active.get(`${fault} ${namespace}/${pod}`) ?? 0) > 0,
  };
}
