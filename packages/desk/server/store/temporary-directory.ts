import { existsSync, readdirSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Linux keeps files of this folder in memory. */
const memoryDirectory = '/dev/shm'
const prefix = `clew-desk-${process.getuid?.() ?? ''}-`

/** A new folder for a desk that keeps nothing. What desks left that were killed is deleted first. */
export async function makeTemporaryDirectory(): Promise<string> {
  const parent = existsSync(memoryDirectory) ? memoryDirectory : tmpdir()
  for (const name of readdirSync(parent)) {
    if (name.startsWith(prefix) && !isAlive(Number(name.slice(prefix.length).split('-')[0]))) {
      rmSync(join(parent, name), { recursive: true, force: true })
    }
  }
  return mkdtemp(join(parent, `${prefix}${process.pid}-`))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
