import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publishedPackages } from '../packages.ts'

const root = join(import.meta.dirname, '../..')
/** Below an application that has every library that we join, so that their types are found. */
const folder = join(root, 'packages/node/test/fixtures/kinds/dist/docs')

/** Code of a page, by a name for its file. */
export type TypedBlock = { name: string; text: string }

/**
 * What TypeScript says of pieces of code, each as a module: a name that the page leaves to the reader (`app`, `logger`) is of any type, as is a
 * library that is not installed here; what comes from our packages has the types that are published.
 */
export function typeErrors(blocks: readonly TypedBlock[]): string[] {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  try {
    for (const { name, text } of blocks) writeFileSync(join(folder, name), `${written(text)}\nexport {}\n`)
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config()))
    const names = new Set(['left'])
    const modules = new Set<string>()
    for (const line of compile()) {
      const [, name] =
        /(?:Cannot find name|shorthand property|Cannot find namespace) '(\w+)'/.exec(line) ?? []
      const [, module] = /error TS(?:2307|7016): .*? '([^']+)'/.exec(line) ?? []
      if (name !== undefined) names.add(name)
      if (module !== undefined && !module.startsWith('@clew/')) modules.add(module)
    }
    const absentNames = [...names].map((name) => `declare const ${name}: any\ntype ${name} = any`)
    const absent = [...modules].filter((one) => !one.startsWith('.')).map((one) => `declare module '${one}'`)
    writeFileSync(join(folder, 'left.d.ts'), [...absentNames, ...absent].join('\n'))
    return compile().filter((line) => !isOfThePage.test(line))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A file beside the page's own, JSON by names in a bundle, a piece of a function, and what plain JavaScript reads of an object whose type says less. */
const isOfThePage = /error TS(?:2307: .*'\.{1,2}\/|1544: |1108: |2339: .* on type '\{\}')/

/** Without the marks for what is left out. */
const written = (text: string): string => text.replace(/, … \}/g, ', ...left }').replaceAll('…', '')

function config(): object {
  const paths = publishedPackages().flatMap(({ name, directory, exports = {} }) =>
    Object.entries(exports).flatMap(([subpath, target]) => {
      const types = typeof target === 'string' ? undefined : (target as { types?: string }).types
      return types === undefined ? [] : [[name + subpath.slice(1), [join(root, directory, types)]]]
    }),
  )
  return {
    compilerOptions: {
      ...{
        module: 'nodenext',
        target: 'es2024',
        strict: false,
        noEmit: true,
        skipLibCheck: true,
        lib: ['es2024'],
      },
      ...{ noImplicitAny: false, allowImportingTsExtensions: true, resolveJsonModule: true, types: ['node'] },
      typeRoots: [join(root, 'node_modules/@types')],
      paths: Object.fromEntries(paths),
    },
    include: ['.'],
  }
}

function compile(): string[] {
  const tsc = join(root, 'node_modules/.bin/tsc')
  const { stdout, status, error } = spawnSync(tsc, ['-p', folder, '--pretty', 'false'], { encoding: 'utf8' })
  if (error !== undefined || status === null) throw error ?? new Error('tsc was ended')
  return stdout.split('\n').filter((line) => line.includes(': error TS'))
}

/** A page as it lies in the repository. */
export const readPage = (path: string): string => readFileSync(join(root, path), 'utf8')
