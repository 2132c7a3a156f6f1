import { rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { build, type Plugin } from 'esbuild'
import { publishedPackages } from './packages.ts'

const BUILTIN_IMPORT = /^import (\* as \w+|\w+|\{[^}]*\}|\w+, \{[^}]*\}) from ['"]([\w:/]+)['"];?$/gm

/**
 * Importing a built-in module into ESM reads each of its exports, and some of those are getters that load megabytes:
 * `import 'node:http'` loads the whole of undici, 30 ms. Taking the names from `process.getBuiltinModule` does not.
 */
const directBuiltins: Plugin = {
  name: 'direct-builtins',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.m?js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll(
        BUILTIN_IMPORT,
        (line, names: string, module: string) =>
          isBuiltin(module) ? takeNames(names, `process.getBuiltinModule('${module}')`) : line,
      ),
    }))
  },
}

/** The statement that takes the names of an import from a module; its default export is the module itself. */
function takeNames(names: string, module: string): string {
  const [whole, some] = names.startsWith('{')
    ? [undefined, names]
    : names.replace('* as ', '').split(/, (?={)/)
  const pattern = some?.replaceAll(/(\w+) as (\w+)/g, '$1: $2')
  if (!whole) return `const ${pattern} = ${module}`
  return `const ${whole} = ${module}${pattern ? `, ${pattern} = ${whole}` : ''}`
}

/**
 * Bundles what a preload reads at start: reading many small files costs half a millisecond each. Entries of one package
 * share their common parts.
 */
function bundle(entryPoints: string[], outdir: string, external: string[] = []): Promise<unknown> {
  return build({
    entryPoints,
    outdir,
    external,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.15',
    mainFields: ['module', 'main'],
    plugins: [directBuiltins],
    legalComments: 'eof',
    logLevel: 'warning',
  })
}

for (const { name, directory, exports } of publishedPackages()) {
  const targets = Object.values(exports).map((target) =>
    typeof target === 'string' ? target : target.default,
  )
  const entries = targets.filter((target) => target.startsWith('./bundle/'))
  if (entries.length === 0) continue
  // The names of shared parts change with their content.
  rmSync(`${directory}/bundle`, { recursive: true, force: true })
  const external = name === '@clew/core' ? [] : ['@clew/core', 'winston', 'yaml']
  const sources = entries.map((entry) => `${directory}/${entry.replace('./bundle/', 'dist/')}`)
  await bundle(sources, `${directory}/bundle`, external)
  console.log(`bundled ${name}`)
}
// The worker of the last flush is started by the address of a file beside the code that starts it.
await bundle(['packages/pipeline/dist/exit/flush-worker.js'], 'packages/node/bundle')
