import { existsSync, readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { parseSync, Visitor } from 'oxc-parser'

/** When the first function of each file was called since this was last asked, by a clock that all threads share. */
export type FirstPasses = Record<string, number>

/** As the global that marked sources and the inspector of another thread reach. */
export const passesKey = 'firstPassesOfFiles'

const passes: FirstPasses = {}

/** Runs the files of packages from their sources in place of what was built, with a mark in each function. */
export function runFromSources(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context)
      const url = sourceOf(resolved.url)
      return url === undefined ? resolved : { url, format: 'module-typescript', shortCircuit: true }
    },
    load(url, context, nextLoad) {
      if (!isSource.test(url)) return nextLoad(url, context)
      return { format: 'module-typescript', source: withMarks(url), shortCircuit: true }
    },
  })
  Object.assign(globalThis, { [passesKey]: { pass, take } })
}

const isSource = /\/packages\/(?!.*\/(?:node_modules|test)\/).*\.ts$/
const isBuilt = /^(.*\/packages\/(?!.*\/node_modules\/).+?\/)(?:dist\/bundle|dist|bundle)\/(.+)\.js$/

function sourceOf(url: string): string | undefined {
  const [, directory, name] = url.match(isBuilt) ?? []
  if (directory === undefined) return undefined
  return ['src/', 'server/', '']
    .map((folder) => `${directory}${folder}${name}.ts`)
    .find((source) => existsSync(fileURLToPath(source)))
}

function pass(url: string): void {
  passes[url] ??= Number(process.hrtime.bigint())
}

function take(): string {
  const taken = JSON.stringify(passes)
  for (const url of Object.keys(passes)) delete passes[url]
  return taken
}

type Body = { type: string; start: number; end: number } | null

/** The coverage of V8 counts calls and has no order; the marks have no counts. Lines stay where they are. */
function withMarks(url: string): string {
  const path = fileURLToPath(url)
  const text = readFileSync(path, 'utf8')
  const call = `${passesKey}.pass(import.meta.url)`
  const marks: { at: number; mark: string }[] = []
  const look = ({ body }: { body: Body }): void => {
    if (body?.type === 'BlockStatement') marks.push({ at: body.start + 1, mark: `${call};` })
    else if (body) marks.push({ at: body.start, mark: `(${call},` }, { at: body.end, mark: ')' })
  }
  new Visitor({ FunctionDeclaration: look, FunctionExpression: look, ArrowFunctionExpression: look }).visit(
    parseSync(path, text).program,
  )
  let marked = ''
  let end = text.length
  for (const { at, mark } of marks.toSorted((a, b) => b.at - a.at)) {
    marked = mark + text.slice(at, end) + marked
    end = at
  }
  return text.slice(0, end) + marked
}
