import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/**
 * A folder of what tests fetch or build once, in `CLEW_TEST_CACHE`, `$XDG_CACHE_HOME/clew-test` or `~/.cache/clew-test`. When it is not
 * there, `make` is given an empty folder beside it and the place where it will be, and gives the folder in there that is to be kept.
 */
export async function keptFolder(
  name: string,
  make: (fresh: string, folder: string) => Promise<string>,
): Promise<string> {
  const cache =
    process.env.CLEW_TEST_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'clew-test')
  const folder = join(cache, name)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const fresh = mkdtempSync(join(cache, 'fresh-'))
  try {
    renameSync(await make(fresh, folder), folder)
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(folder)) throw new Error(`${name} cannot be made in ${cache}: ${String(error)}`)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  return folder
}

/** Resolves when it ends well; rejects with what it printed. */
export async function finished(child: ChildProcess): Promise<void> {
  child.stdin?.end()
  const said = Promise.all([text(child.stdout!), text(child.stderr!)])
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) => resolve(status ?? signal))
  })
  if (code === 0) return
  const words = (await said).join(' ').trim().slice(-1000)
  throw new Error(`${child.spawnfile} ended with ${code}: ${words}`)
}
