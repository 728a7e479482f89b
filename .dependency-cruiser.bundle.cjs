/**
 * What ends up in the workflow bundle: everything that src/workflows reaches by imports that exist at run time.
 * Workflow code is replayed for months, so it must not drag in code that reads a clock, a file or the network.
 */
const { builtinModules } = require('node:module');
const { options } = require('./.dependency-cruiser.cjs');

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'workflow-bundle-is-pure',
      severity: 'error',
      comment: 'Do this in an activity, or import only the type.',
      from: { path: '^src/workflows/' },
      to: {
        reachable: true,
        path: [
          'node_modules/(zod|ethers|pino|undici|yaml|prom-client|commander)/',
          'node_modules/@kubernetes/client-node/',
          'node_modules/@temporalio/(activity|client|worker|testing)/',
        ],
      },
    },
    {
      name: 'workflow-bundle-without-node',
      severity: 'error',
      comment: 'Workflow code runs in a sandbox without the modules of Node.',
      from: { path: '^src/workflows/' },
      to: { reachable: true, path: `^(node:)?(${builtinModules.join('|')})$` },
    },
  ],
  options: { ...options, tsPreCompilationDeps: false },
};
