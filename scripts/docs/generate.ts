import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Problem } from '../check/house.ts'
import { makeFrameworkPages } from './framework-pages.ts'
import { makeLlms } from './llms.ts'

// `node scripts/docs/generate.ts` writes what is made of other documentation: the pages of the frameworks, and docs/llms*.txt.

/** Each reads what those before it write. */
const makers: readonly (() => Record<string, string>)[] = [makeFrameworkPages, makeLlms]

/** Which of the files are not what they would be now. */
export function checkGenerated(): { problems: Problem[]; files: number } {
  const files = makers.flatMap((make) => Object.entries(make()))
  const message = 'it is not what the pages that it is made of say now; run node scripts/docs/generate.ts'
  const problems = files
    .filter(([path, text]) => readIfThere(path) !== text)
    .map(([path]) => ({ path, message }))
  return { problems, files: files.length }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

if (import.meta.main) {
  for (const make of makers)
    for (const [path, text] of Object.entries(make())) {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    }
}
