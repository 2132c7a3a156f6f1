import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire, isBuiltin } from 'node:module'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { type Package, publishedPackages } from './packages.ts'

const builtinImport = /^import (\* as \w+|\w+|\{[^}]*\}|\w+, \{[^}]*\}) from ['"]([\w:/]+)['"];?$/gm

/**
 * Importing a built-in module into ESM reads each of its exports, and some of those are getters that load megabytes:
 * `import 'node:http'` loads the whole of undici, 30 ms. Taking the names from `process.getBuiltinModule` does not.
 */
const directBuiltins: Plugin = {
  name: 'direct-builtins',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.m?js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll(
        builtinImport,
        (line, names: string, module: string) => (isBuiltin(module) ? takeNames(names, module) : line),
      ),
    }))
  },
}

/**
 * Leaves out what @opentelemetry/resources would run for host.id: nothing of ours asks for it, and its dynamic imports
 * keep esbuild from dropping the unused parts of the API.
 */
const withoutMachineId: Plugin = {
  name: 'without-machine-id',
  setup: ({ onLoad }) => {
    onLoad({ filter: /machine-id\/getMachineId\.m?js$/ }, () => ({
      contents: 'export const getMachineId = async () => undefined',
    }))
  },
}

/**
 * Bundles yaml from its ESM files, which it has for browsers alone: those for Node.js are CommonJS, and call a `require` that
 * an ESM bundle does not have.
 */
const esmYaml: Plugin = {
  name: 'esm-yaml',
  setup: ({ onResolve, initialOptions: { external } }) => {
    if (external?.includes('yaml')) return
    onResolve({ filter: /^yaml$/ }, ({ resolveDir }) => {
      const manifest = createRequire(`${resolveDir}/`).resolve('yaml/package.json')
      return { path: manifest.replace('package.json', 'browser/index.js'), sideEffects: false }
    })
  },
}

/**
 * Leaves out the checker of JSON Schemas that the SDK of the Model Context Protocol has in its bundle: half of it, for answers to questions that
 * our server never asks.
 */
const withoutSchemaChecker: Plugin = {
  name: 'without-schema-checker',
  setup: ({ onLoad }) => {
    onLoad({ filter: /@modelcontextprotocol\/server\/dist\/shimsNode\.mjs$/ }, () => ({
      contents:
        "export { default as process } from 'node:process'\nexport class DefaultJsonSchemaValidator {}",
    }))
  },
}

/** Of a package.json that a source imports, its version is all that goes into the bundle. */
const versionOnly: Plugin = {
  name: 'version-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\/package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8'))
      return { loader: 'json', contents: JSON.stringify({ version }) }
    })
  },
}

/** Built-in modules that cost milliseconds and that no start needs. Of what is taken from them, all but this is a function. */
const lateBuiltins: ReadonlySet<string> = new Set(['crypto', 'zlib', 'http2'])
const isNoFunction = /\bconstants\b/

/** The statement that takes the names of an import from a built-in module; its default export is the module itself. */
function takeNames(names: string, module: string): string {
  const taken = `process.getBuiltinModule('${module}')`
  const [whole, some] = names.startsWith('{')
    ? [undefined, names]
    : names.replace('* as ', '').split(/, (?={)/)
  if (!whole && lateBuiltins.has(module.replace('node:', '')) && !isNoFunction.test(names))
    return takeWhenCalled(names, taken)
  const pattern = some?.replaceAll(/(\w+) as (\w+)/g, '$1: $2')
  if (!whole) return `const ${pattern} = ${taken}`
  return `const ${whole} = ${taken}${pattern ? `, ${pattern} = ${whole}` : ''}`
}

/** The same, of functions that load the module when they are called. */
function takeWhenCalled(names: string, module: string): string {
  return names
    .replace(/[{}]/g, '')
    .split(',')
    .flatMap((name) => {
      const [own, local = own] = name.trim().split(' as ')
      return own ? `const ${local} = (...args) => ${module}.${own}(...args)` : []
    })
    .join('\n')
}

/**
 * Bundles what a preload reads at start: reading many small files costs half a millisecond each. Entries that are bundled
 * together share their common parts. Resolves with the paths of all sources.
 */
async function bundle(
  entryPoints: string[],
  outdir: string,
  external: string[] = [],
  more: Pick<BuildOptions, 'entryNames' | 'minifyWhitespace' | 'minifySyntax' | 'lineLimit' | 'banner'> = {},
): Promise<string[]> {
  const { metafile } = await build({
    entryPoints,
    outdir,
    external,
    bundle: true,
    metafile: true,
    splitting: entryPoints.length > 1,
    format: 'esm',
    platform: 'node',
    target: 'node22.15',
    mainFields: ['module', 'main'],
    plugins: [withoutMachineId, withoutSchemaChecker, directBuiltins, esmYaml, versionOnly],
    logLevel: 'warning',
    ...more,
  })
  return Object.keys(metafile.inputs)
}

/** The licences of the packages of others whose code lies in a bundle, for people who get the bundle alone. */
function writeLicenses(sources: readonly string[], file: string): void {
  const folders = new Set(
    sources.flatMap((path) => path.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0] ?? []),
  )
  const vendored = sources.flatMap((path) => vendoredFolders(path))
  const texts = [...new Set([...folders, ...vendored])].toSorted().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
    const file = readdirSync(folder).find((name) => /^license$/i.test(name))
    if (file === undefined) throw new Error(`${folder} has no licence to ship`)
    return `${name} ${version}\n\n${readFileSync(`${folder}/${file}`, 'utf8')}`
  })
  if (texts.length > 0) writeFileSync(file, texts.join(`\n${'-'.repeat(80)}\n\n`))
}

/** A quarter of a package would be indentation. Lines stay, for the places in stacks. */
const compact = { minifyWhitespace: true, minifySyntax: true, lineLimit: 120 } as const

/**
 * Where the packages lie that a package of others has copied into a file of its own, by what its bundler left there as a comment. They are
 * devDependencies of ours, for their licences.
 */
function vendoredFolders(path: string): string[] {
  if (!path.includes('node_modules/')) return []
  const regions = readFileSync(path, 'utf8').matchAll(
    /^\/\/#region .*node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//gm,
  )
  return [...regions].map(([, name]) => `packages/mcp/node_modules/${name}`)
}

async function bundlePackage({ name, directory, exports, bin }: Package): Promise<void> {
  const targets = Object.values(exports).map((target) =>
    typeof target === 'string' ? target : target.default,
  )
  // An old Node.js gets no further than this file, which loads the bundle of the same name on the others.
  const preloads = targets.flatMap((target) => (target === './register.cjs' ? './bundle/register.js' : []))
  const entries = [...targets, ...preloads, ...Object.values(bin)].filter((target) =>
    target.startsWith('./bundle/'),
  )
  if (entries.length === 0) return
  // The names of shared parts change with their content.
  rmSync(`${directory}/bundle`, { recursive: true, force: true })
  const external = name === '@clew/core' ? [] : ['@clew/core', 'winston', 'yaml']
  const isPreload = (entry: string): boolean => entry.endsWith('/register.js')
  const groups = [entries.filter(isPreload), entries.filter((entry) => !isPreload(entry))]
  const sources: string[] = []
  for (const group of groups.filter(({ length }) => length > 0)) {
    const files = group.map((entry) => `${directory}/${entry.replace('./bundle/', 'dist/')}`)
    // Its one export stands behind a brace, where publint sees none.
    const more = name === '@clew/mcp' ? { ...compact, banner: { js: 'export {}' } } : {}
    sources.push(...(await bundle(files, `${directory}/bundle`, external, more)))
  }
  writeLicenses(sources, `${directory}/bundle/third-party-licenses.txt`)
  console.log(`bundled ${name}`)
}

for (const one of publishedPackages()) await bundlePackage(one)
// The desk's threads are started by the addresses of files beside the code that starts them.
const deskEntries = [
  'index.js',
  'desk-thread.js',
  '../tools/offer-tools.js',
  ...['writer', 'reader', 'alert', 'import', 'metrics', 'mcp'].map((name) => `threads/${name}-thread.js`),
]
rmSync('packages/desk/dist/bundle', { recursive: true, force: true })
const deskSources = await bundle(
  deskEntries.map((entry) => `packages/desk/dist/server/${entry}`),
  'packages/desk/dist/bundle',
  // Loaded where somebody speaks that protocol.
  ['@clew/mcp'],
  { entryNames: '[name]', ...compact },
)
writeLicenses(deskSources, 'packages/desk/dist/bundle/third-party-licenses.txt')
console.log('bundled @clew/desk')
// Threads are started by the addresses of files beside the code that starts them.
const beside = [
  ...['pipeline/dist/exit/flush-worker.js', 'node/dist/alerts/alert-thread.js'],
  // Loaded where somebody asks for it.
  ...[
    'node/dist/destinations/where.js',
    'pipeline/dist/policy/create-policy.js',
    'node/dist/keep/mark-bus.js',
    'node/dist/meters/otlp-metrics.js',
    'node/dist/status/describe-status.js',
    'node/dist/redact/redaction.js',
    'node/dist/config/otel-file/open-otel-file.js',
  ],
]
for (const file of beside) await bundle([`packages/${file}`], 'packages/node/bundle')
