import { cpSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const [outdir = 'dist'] = process.argv.slice(2)

const options = {
  absWorkingDir: import.meta.dirname,
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  outdir,
  logLevel: 'warning',
}

// The joined libraries and Clew stay in node_modules, where the preload hears of them.
await build({
  ...options,
  entryPoints: ['src/external.mjs'],
  external: ['express', 'winston', '@clew/*', '@opentelemetry/api'],
})

// Everything in one file, which starts Clew itself. CommonJS packages in an ESM bundle need a `require`.
await build({
  ...options,
  entryPoints: ['src/whole.mjs'],
  external: ['@clew/alert'],
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
})

// What Clew loads late, by its file: the thread of a delivery at the end, and what is read only where it is on.
const late = join(dirname(fileURLToPath(import.meta.resolve('@clew/node/package.json'))), 'bundle')
for (const name of readdirSync(late)) {
  if (/^(?!index|register|chunk).*\.js$/.test(name)) cpSync(join(late, name), join(outdir, name))
}
