/** How the genesis file gets to the execution client: mounted as it is, or unpacked by an init container. */

import { containerImage } from './image.ts';
import type { RenderInput } from './input.ts';
import type { Volume, VolumeMount } from './manifest.ts';
import type { ContainerOptions } from './pod.ts';
import { resources } from './resources.ts';

const GENESIS_FOLDER = '/genesis';
export const GENESIS_FILE = `${GENESIS_FOLDER}/genesis.json`;
const PACKED_FOLDER = '/genesis-packed';
const PACKED_FILE = 'genesis.json.gz';

export interface RenderedGenesis {
  readonly initContainers: ContainerOptions[];
  readonly volumes: Volume[];
  /** For the containers that read {@link GENESIS_FILE}. */
  readonly volumeMounts: VolumeMount[];
}

/** undefined: the programs know the chain by its name. */
export function renderGenesis(input: RenderInput): RenderedGenesis | undefined {
  const { genesis } = input.chain.config;
  if (genesis !== undefined) {
    const items = (path: string) => ({ configMap: { name: genesis.name, items: [{ key: genesis.key, path }] } });
    if (genesis.compression === 'none') {
      return {
        initContainers: [],
        volumes: [{ name: 'genesis', ...items('genesis.json') }],
        volumeMounts: [readOnlyMount],
      };
    }
    const unpack = shell('genesis-unpack', `gunzip -c ${PACKED_FOLDER}/${PACKED_FILE} > ${GENESIS_FILE}`, input);
    const packed = { name: 'genesis-packed', mountPath: PACKED_FOLDER, readOnly: true };
    return {
      initContainers: [{ ...unpack, volumeMounts: [packed, writableMount] }],
      volumes: [{ name: 'genesis-packed', ...items(PACKED_FILE) }, scratch],
      volumeMounts: [readOnlyMount],
    };
  }
  const { url, sha256 } = input.network.spec.genesis ?? {};
  if (url === undefined || sha256 === undefined) return undefined;
  const fetch = shell('genesis-fetch', fetchScript, input);
  return {
    initContainers: [
      {
        ...fetch,
        env: [
          { name: 'GENESIS_URL', value: url },
          { name: 'GENESIS_SHA256', value: sha256 },
        ],
        volumeMounts: [writableMount],
      },
    ],
    volumes: [scratch],
    volumeMounts: [readOnlyMount],
  };
}

/** The hash is what makes the file trustworthy: busybox checks no certificates. A plain file is not gzip: it is moved. */
const fetchScript = [
  'set -e',
  `cd ${GENESIS_FOLDER}`,
  'wget -q -O download "$GENESIS_URL"',
  'echo "$GENESIS_SHA256  download" | sha256sum -c',
  'if gunzip -t download 2>/dev/null; then gunzip -c download > genesis.json; rm download; else mv download genesis.json; fi',
].join('\n');

const scratch: Volume = { name: 'genesis', emptyDir: {} };
const writableMount: VolumeMount = { name: 'genesis', mountPath: GENESIS_FOLDER };
const readOnlyMount: VolumeMount = { ...writableMount, readOnly: true };

function shell(name: string, script: string, input: RenderInput): ContainerOptions {
  return {
    name,
    ...containerImage('init', input),
    command: ['sh', '-c', script],
    resources: resources('service', input.network),
  };
}
