/**
 * What the devnet and the tests run, in which version, and where each of it can come from.
 * Programs that are built together share a bundle: one folder in the cache, one module in `tools/`.
 */
import type { Download } from './download.ts';

export type ToolName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kubectl'
  | 'temporal-dev-server'
  | 'anvil';

/** Environment variables that name a program (`file`) or a folder with programs (`folder`). */
export interface ExplicitPath {
  variable: string;
  names: 'file' | 'folder';
}

export interface GoBundle {
  /** Folder in the cache and module folder under `tools/`. */
  name: string;
  version: string;
  /** Oldest Go that can build it: the `go` line of its go.mod. */
  go: string;
  ldflags: string;
  /** File that `go build` writes. */
  binary: string;
  /** Names the binary is called by, if it decides by its name what it is. */
  links: readonly ToolName[];
  /** For the one who waits: CPU time of the first build. */
  buildCost: string;
}

export interface Tool {
  name: ToolName;
  explicit: readonly ExplicitPath[];
  origin: { kind: 'bundle'; bundle: GoBundle; downloads: Readonly<Record<string, Download>> } | { kind: 'npm' };
  versionArgs: readonly string[];
}

const KUBERNETES = '1.34.4';
const ETCD = '3.6.16';
const TEMPORAL = '1.32.1';

/** Without these every program reports the placeholder version of the sources. */
const kubernetesVersion = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']
  .flatMap((path) => [
    `-X ${path}.gitVersion=v${KUBERNETES}`,
    `-X ${path}.gitMajor=1`,
    `-X ${path}.gitMinor=34`,
    `-X ${path}.gitCommit=v${KUBERNETES}`,
    `-X ${path}.gitTreeState=clean`,
    `-X ${path}.buildDate=2026-01-01T00:00:00Z`,
  ])
  .join(' ');

const etcd: GoBundle = {
  name: 'etcd',
  version: ETCD,
  go: '1.26.0',
  ldflags: '',
  binary: 'etcd',
  links: [],
  buildCost: '2 min',
};

const kubernetes: GoBundle = {
  name: 'kubernetes',
  version: KUBERNETES,
  go: '1.26.0',
  ldflags: kubernetesVersion,
  binary: 'kube',
  links: ['kube-apiserver', 'kube-controller-manager', 'kubectl'],
  buildCost: '9 min',
};

const temporal: GoBundle = {
  name: 'temporal-dev-server',
  version: TEMPORAL,
  go: '1.26.8',
  ldflags: '',
  binary: 'temporal-dev-server',
  links: [],
  buildCost: '9 min',
};

/**
 * Digests of the release's files, as kops pins them (its pkg/assets/assetdata/k8s-1.34.yaml, taken from the published
 * .sha256 files). There is no release of the servers for macOS: those are built. No digest of an etcd release of this
 * version could be verified, and nobody publishes our Temporal server, so these two are always built.
 */
const kubernetesDownloads = (program: string, sha256: { x64: string; arm64: string }): Record<string, Download> =>
  Object.fromEntries(
    (['x64', 'arm64'] as const).map((arch) => [
      `linux-${arch}`,
      {
        url: `https://dl.k8s.io/release/v${KUBERNETES}/bin/linux/${arch === 'x64' ? 'amd64' : arch}/${program}`,
        sha256: sha256[arch],
      },
    ]),
  );

const assets: ExplicitPath = { variable: 'KUBEBUILDER_ASSETS', names: 'folder' };

/** Every tool, in the order in which `npm run tools` lists them. */
export const tools: Readonly<Record<ToolName, Tool>> = {
  etcd: {
    name: 'etcd',
    explicit: [{ variable: 'TEST_ASSET_ETCD', names: 'file' }, assets],
    origin: { kind: 'bundle', bundle: etcd, downloads: {} },
    versionArgs: ['--version'],
  },
  'kube-apiserver': {
    name: 'kube-apiserver',
    explicit: [{ variable: 'TEST_ASSET_KUBE_APISERVER', names: 'file' }, assets],
    origin: {
      kind: 'bundle',
      bundle: kubernetes,
      downloads: kubernetesDownloads('kube-apiserver', {
        x64: '9da2739e1cb9981986e181e9104be1863ef1d54c497e3c0232b41e1171582180',
        arm64: '6920f4b3e83521bc0fa591eb266f462c3c95b2a681f39aa6fea3daf6141882fe',
      }),
    },
    versionArgs: ['--version'],
  },
  'kube-controller-manager': {
    name: 'kube-controller-manager',
    explicit: [{ variable: 'TEST_ASSET_KUBE_CONTROLLER_MANAGER', names: 'file' }, assets],
    origin: {
      kind: 'bundle',
      bundle: kubernetes,
      downloads: kubernetesDownloads('kube-controller-manager', {
        x64: '089a7b944b1cd46f5e61d12dfe27ff769ebb6c11a1d671cfaae140a4174c039d',
        arm64: '9c44a983b516eb5741aa1cf9d5c38a0180893fb17bd464bf2f03c84ce000a29d',
      }),
    },
    versionArgs: ['--version'],
  },
  kubectl: {
    name: 'kubectl',
    explicit: [{ variable: 'TEST_ASSET_KUBECTL', names: 'file' }, assets],
    origin: {
      kind: 'bundle',
      bundle: kubernetes,
      downloads: kubernetesDownloads('kubectl', {
        x64: 'd50c359d95e0841eaad08ddc27c7be37cba8fdccfba5c8e2ded65e121ff112db',
        arm64: '5b982c0644ab1e27780246b9085a5886651b4a7ed86243acbb2bacc1bea01dda',
      }),
    },
    versionArgs: ['version', '--client'],
  },
  'temporal-dev-server': {
    name: 'temporal-dev-server',
    explicit: [{ variable: 'TEMPORAL_SERVER_BIN', names: 'file' }],
    origin: { kind: 'bundle', bundle: temporal, downloads: {} },
    versionArgs: ['--version'],
  },
  anvil: {
    name: 'anvil',
    explicit: [{ variable: 'ANVIL_BIN', names: 'file' }],
    origin: { kind: 'npm' },
    versionArgs: ['--version'],
  },
};
