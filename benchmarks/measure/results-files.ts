import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatResults } from './format-results.ts'
import type { Result } from './result.ts'

const folder = join(import.meta.dirname, '..')
const jsonFile = join(folder, 'results.json')
const markdownFile = join(folder, 'results.md')

/** Writes results.json and results.md. Results of other names stay as they are; all come in the order of `names`. */
export function writeResults(fresh: readonly Result[], names: readonly string[]): void {
  const byName = new Map([...readResults(), ...fresh].map((result) => [result.name, result]))
  const all = names.flatMap((name) => byName.get(name) ?? [])
  writeFileSync(jsonFile, `${JSON.stringify(all, null, 2)}\n`)
  writeFileSync(markdownFile, formatResults(all))
}

function readResults(): Result[] {
  return existsSync(jsonFile) ? (JSON.parse(readFileSync(jsonFile, 'utf8')) as Result[]) : []
}
