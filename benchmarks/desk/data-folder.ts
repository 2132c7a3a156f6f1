import { copyFileSync, linkSync, mkdtempSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

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
