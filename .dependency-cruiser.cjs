/**
 * The arrows between the folders of src/: what each may depend on, besides itself and packages. A folder that is not
 * listed here is refused, so that the picture stays complete.
 */
const folders = {
  api: [],
  contract: [],
  catalogue: ['api'],
  // The list of forks, which releases know and rollup configurations schedule.
  chain: ['contract', 'catalogue'],
  plan: ['api', 'contract', 'catalogue'],
  render: ['api', 'catalogue'],
  kube: [],
  health: [],
  status: ['api', 'contract'],
  audit: ['contract', 'kube'],
  workflows: ['contract', 'plan', 'status'],
  activities: ['api', 'contract', 'catalogue', 'chain', 'plan', 'render', 'kube', 'status', 'audit'],
  watcher: ['kube', 'contract', 'health'],
  worker: ['api', 'contract', 'catalogue', 'chain', 'plan', 'render', 'kube', 'status', 'audit', 'workflows', 'activities', 'watcher', 'health'],
  // `opstack plan -f` looks as the operator does.
  cli: ['api', 'contract', 'catalogue', 'chain', 'plan', 'render', 'kube', 'status', 'audit', 'activities'],
};

/** Folders whose types may be used beyond that: they are gone when the program runs. */
const typesOnly = {
  contract: ['api'],
  plan: ['chain'],
  render: ['contract'],
  status: ['chain'],
};

/** Names that are written into clusters: plain constants without imports, for everybody. */
const NAMES = '^src/api/names[.]ts$';

/** What a sample of a chain says, without any client: for those who judge by samples. */
const OBSERVATIONS = '^src/chain/((samples|sequencer-state)[.]ts$|facts/)';
const judges = ['plan', 'status'];

/** Replaying is the same for workers, before they poll, and for people, before they update. */
const REPLAY = '^src/worker/replay/';

const inside = (names) => `^src/(${names.join('|')})/`;
const arrows = Object.entries(folders).flatMap(([folder, allowed]) => {
  const values = [folder, ...allowed];
  const types = [...values, ...(typesOnly[folder] ?? [])];
  const files = [NAMES, ...(judges.includes(folder) ? [OBSERVATIONS] : []), ...(folder === 'cli' ? [REPLAY] : [])];
  return [
    {
      name: `${folder}-depends-on`,
      severity: 'error',
      comment: `src/${folder} may import from: ${values.join(', ')}`,
      from: { path: inside([folder]) },
      to: { path: '^src/', pathNot: [inside(values), ...files], dependencyTypesNot: ['type-only'] },
    },
    {
      name: `${folder}-takes-types-from`,
      severity: 'error',
      comment: `src/${folder} may import types from: ${types.join(', ')}`,
      from: { path: inside([folder]) },
      to: { path: '^src/', pathNot: [inside(types), ...files], dependencyTypes: ['type-only'] },
    },
  ];
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...arrows,
    {
      name: 'folder-without-arrows',
      severity: 'error',
      comment: 'Add the folder to .dependency-cruiser.cjs and say what it may depend on.',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${Object.keys(folders).join('|')})/` },
      to: {},
    },
    {
      name: 'src-stands-alone',
      severity: 'error',
      comment: 'What is shipped may not import from the tests or the tools.',
      from: { path: '^src/' },
      to: { path: '^(test|tools)/' },
    },
    {
      name: 'no-development-packages-in-src',
      severity: 'error',
      comment: 'src/ is installed without development dependencies.',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Modules that need each other cannot be understood alone.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'found',
      severity: 'error',
      comment: 'The module does not exist or its package is not in package.json.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
