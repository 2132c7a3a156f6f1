import { existsSync, readdirSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatOwner, isAlive, parseOwner, thisOwner } from '@clew/pipeline'

/** Linux keeps files of this folder in memory. */
const memoryDirectory = '/dev/shm'

/** A new folder for a desk that keeps nothing, named after its process. What desks left that were killed is deleted first. */
export async function makeTemporaryDirectory(
  parent: string = existsSync(memoryDirectory) ? memoryDirectory : tmpdir(),
): Promise<string> {
  const prefix = `clew-desk-${process.getuid?.() ?? ''}-`
  for (const name of readdirSync(parent)) {
    const owner = name.startsWith(prefix) ? parseOwner(name.slice(prefix.length)) : undefined
    // Of a desk in another container nobody here knows whether it runs.
    if (owner !== undefined && isAlive(owner) === false) {
      rmSync(join(parent, name), { recursive: true, force: true })
    }
  }
  return mkdtemp(join(parent, `${prefix}${formatOwner(thisOwner())}-`))
}
