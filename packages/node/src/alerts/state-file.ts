import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolders } from '@clew/settings/folders'

/** Where states lie: one file for each process that lives at the same time. */
export type StateFiles = { directory: string; name: string }

/** More processes of one service than these on one machine share no disk with us. */
const mostFiles = 64

/**
 * Opens the first state file that no living process has, so that a process that is started again goes on where the one
 * before it ended. Throws when none can be used.
 */
export function openStateFile<T>({ directory, name }: StateFiles, open: (path: string) => T): T {
  requireOwnFolder(directory)
  for (let at = 1; ; at++) {
    try {
      return open(join(directory, `${name}.${at}.sqlite`))
    } catch (error) {
      if ((error as { isInUse?: boolean }).isInUse !== true || at === mostFiles) throw error
    }
  }
}

/** Nobody else may exchange what lies in it, as in a folder for temporary files. */
function requireOwnFolder(directory: string): void {
  makeFolders(directory)
  const found = lstatSync(directory)
  const uid = process.geteuid?.()
  if (found.isDirectory() && (uid === undefined || found.uid === uid)) return
  throw new Error(`${directory} is no folder of this user; set CLEW_SPOOL_DIR to one`)
}
