import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, renameSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** A folder with so many lines of busy traffic: `CLEW_BENCH_DESK`, else one in the cache that is filled once, in some minutes. */
export function storedData(lines: number, say: (text: string) => void): string {
  if (process.env.CLEW_BENCH_DESK) return process.env.CLEW_BENCH_DESK
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'clew-bench')
  const directory = join(cache, `desk-${lines}`)
  if (existsSync(directory)) return directory
  say(`filling ${directory}`)
  mkdirSync(cache, { recursive: true })
  // One that was left half-way would be taken for whole.
  const fresh = mkdtempSync(join(cache, 'fresh-'))
  const file = join(import.meta.dirname, 'generate.ts')
  execFileSync(process.execPath, [file, '--data', fresh, '--lines', String(lines)])
  renameSync(fresh, directory)
  return directory
}

/**
 * A folder with the data of another, for a desk that may write into it: finished segments are never changed, so they are
 * linked, and only the last is copied. Beside the other, since links reach no further than their disk.
 */
export function borrowData(directory: string): string {
  const borrowed = mkdtempSync(join(dirname(directory), 'clew-benchmark-'))
  const names = readdirSync(directory).filter((name) => /^segment-\d+\.sqlite$/.test(name))
  for (const [index, name] of names.toSorted().entries()) {
    const put = index === names.length - 1 ? copyFileSync : linkSync
    put(join(directory, name), join(borrowed, name))
  }
  return borrowed
}
