import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatOwner, isAlive, parseOwner, thisOwner } from '@clew/pipeline'

/** Linux keeps files of this folder in memory. */
const memoryDirectory = '/dev/shm'

/**
 * A new folder for a desk that keeps nothing, in the first of `parents` that can be written, named after its process. What
 * desks left that were killed is deleted first.
 */
export async function makeTemporaryDirectory(
  parents: readonly string[] = [memoryDirectory, tmpdir()],
): Promise<string> {
  const prefix = `clew-desk-${process.getuid?.() ?? ''}-`
  for (const parent of parents.slice(0, -1)) {
    try {
      return await makeIn(parent, prefix)
    } catch {
      // There is none, or it is closed to this user.
    }
  }
  return makeIn(parents.at(-1)!, prefix)
}

async function makeIn(parent: string, prefix: string): Promise<string> {
  for (const name of namesIn(parent)) {
    const owner = name.startsWith(prefix) ? parseOwner(name.slice(prefix.length)) : undefined
    // Of a desk in another container nobody here knows whether it runs.
    if (owner !== undefined && isAlive(owner) === false) removeOwn(join(parent, name))
  }
  return mkdtemp(join(parent, `${prefix}${formatOwner(thisOwner())}-`))
}

/** None where the folder may be written but not read. */
function namesIn(parent: string): string[] {
  try {
    return readdirSync(parent)
  } catch {
    return []
  }
}

/** Everybody may write there: what another user put under such a name, or a link, stays and stops nobody. */
function removeOwn(path: string): void {
  try {
    const stat = lstatSync(path)
    if (!stat.isDirectory() || stat.uid !== (process.getuid?.() ?? stat.uid)) return
    rmSync(path, { recursive: true, force: true })
  } catch {}
}
