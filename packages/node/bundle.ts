import { build } from 'esbuild'

/**
 * Bundles the preload into one file: loading many small ones is what makes other SDKs slow to start. The API and core
 * stay outside, because the application's copies of them must be the ones in use.
 */
await build({
  entryPoints: ['packages/node/dist/register.js'],
  outfile: 'packages/node/dist/register.bundle.js',
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.15',
  mainFields: ['module', 'main'],
  external: ['@opentelemetry/api', '@clew/core', 'yaml'],
  legalComments: 'linked',
  logLevel: 'warning',
})
