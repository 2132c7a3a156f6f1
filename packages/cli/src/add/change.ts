import { type Ending, runChild } from '../run/child.ts'
import type { Manifest } from './application.ts'
import { type ManifestFile, mistaken } from './application.ts'
import { changeManifest, keepFiles, requireWritable } from './files.ts'
import type { PackageManager } from './package-manager.ts'
import type { Workspace } from './workspace.ts'

/** What is done to an application: a command of its package manager, and then a change of its package.json. */
export type Change = {
  application: ManifestFile
  workspace: Workspace | undefined
  manager: PackageManager
  /** Behind the name of the package manager; none: it is not needed. */
  words: readonly string[]
  edit: ((json: Manifest) => void) | undefined
}

/**
 * Does both or nothing: where one fails, package.json and lockfile are put back. Throws with the reason; gives the signal that ended
 * the package manager, if one did.
 */
export async function applyChange(change: Change): Promise<Ending['signal']> {
  const { application, workspace, manager, words, edit } = change
  requireWritable(application)
  const { directory } = application
  const restore = keepFiles([directory, ...(workspace ? [workspace.root] : [])])
  try {
    if (words.length > 0) {
      const signal = await runManager(manager, words, directory)
      if (signal !== null) {
        restore()
        return signal
      }
    }
    if (edit !== undefined) changeManifest(directory, edit)
    return null
  } catch (error) {
    const back = restore()
    const { message } = error as Error
    throw new Error(back.length === 0 ? message : `${message}\n${back.join(', ')}: as before`)
  }
}

/** What it prints goes to stderr: stdout is ours. */
async function runManager(
  { name, because }: PackageManager,
  words: readonly string[],
  cwd: string,
): Promise<Ending['signal']> {
  const line = `${name} ${words.join(' ')}`
  let ending: Ending
  try {
    ending = await runChild(name, words, { cwd, stdio: ['inherit', 2, 2] })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const found = code === 'ENOENT' ? 'there is no such command' : message
    throw mistaken(name, `${found} (${because})`, `install ${name}, or choose another with --package-manager`)
  }
  if (ending.signal !== null) return ending.signal
  if (ending.code !== 0)
    throw mistaken(
      line,
      `it ended with code ${ending.code}`,
      'what it says above is the reason; mend it, and try again',
    )
  return null
}
