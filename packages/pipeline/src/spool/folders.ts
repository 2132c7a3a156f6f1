import { lstatSync, lutimesSync, mkdirSync, readdirSync, renameSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { formatOwner, isAlive, parseOwner, thisOwner } from './owner.ts'
import { openPlace, requireSafePlace, type SpoolPlace } from './place.ts'
import { isOfOtherCredentials } from './sender.ts'
import { requireOwn } from './way.ts'

/** How often a living process touches its folder. */
export const heartbeatMs = 30_000
/** A folder whose owner cannot be asked is left when nobody touched it for so long. */
export const staleMs: number = 6 * heartbeatMs

const leftPrefix = 'left-'
let made = 0

/** A name that no other folder has: of this process, of this thread, and numbered. */
function nextName(): string {
  return `${formatOwner(thisOwner())}-${threadId}.${made++}`
}

/** Makes the folder that one pipeline of this process writes to. Throws when the place is not ours or not writable. */
export function makeFolder(place: SpoolPlace): string {
  openPlace(place)
  for (;;) {
    const folder = join(place.root, nextName())
    try {
      mkdirSync(folder, { mode: 0o700 })
      // A umask may have taken more than it should.
      requireOwn(folder, place.uid)
      return folder
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/**
 * Renames the folders of ended processes, and of a thread of this one that has ended, to ours. Of several processes that
 * try, one gets each. Never throws.
 */
export function claimFolders(place: SpoolPlace, nowUnixMs: number, endedThread?: number): string[] {
  const { root, uid } = place
  const claimed: string[] = []
  for (const folder of leftFolders(place, nowUnixMs, endedThread)) {
    const mine = join(root, nextName())
    try {
      requireOwn(folder, uid)
      renameSync(folder, mine)
      touch(mine, nowUnixMs)
      claimed.push(mine)
    } catch {}
  }
  return claimed
}

/** Whether nobody ever wrote records of this signal below the directory. */
export function isUntouched({ directory, signal }: SpoolPlace): boolean {
  try {
    return !readdirSync(directory).some((name) => name.startsWith(`${signal}-`))
  } catch (error) {
    // One that cannot be listed may be entered all the same.
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

/** Folders of ended processes. None where somebody else could have put them. */
function leftFolders(place: SpoolPlace, nowUnixMs: number, endedThread: number | undefined): string[] {
  const { root, uid } = place
  const names = listNames(root)
  if (names.length === 0) return []
  try {
    requireSafePlace(place)
    requireOwn(root, uid)
  } catch {
    return []
  }
  const ofThread = endedThread === undefined ? undefined : `${formatOwner(thisOwner())}-${endedThread}.`
  return names
    .filter(
      (name) =>
        isLeft(join(root, name), name, nowUnixMs) || (ofThread !== undefined && name.startsWith(ofThread)),
    )
    .map((name) => join(root, name))
}

/** Folders beside the root with records of this service to this address, which other credentials were used for. */
export function strangersOf({ directory, signal, sender, uid, now }: SpoolPlace): string[] {
  const names = listNames(directory).filter((name) => isOfOtherCredentials(name, signal, sender))
  return names
    .map((name) => join(directory, name))
    .filter((root) => {
      try {
        requireOwn(root, uid)
        return listNames(root).some(
          (name) => isLeft(join(root, name), name, now()) && listNames(join(root, name)).length > 0,
        )
      } catch {
        return false
      }
    })
}

/** Gives a folder up while the process lives on: whoever comes next takes it. */
export function leaveFolder(root: string, folder: string): void {
  try {
    renameSync(folder, join(root, `${leftPrefix}${nextName()}`))
  } catch {}
}

export function removeFolder(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {}
}

/** False when somebody took the folder, or it is gone. */
export function touch(folder: string, nowUnixMs: number): boolean {
  try {
    lutimesSync(folder, nowUnixMs / 1000, nowUnixMs / 1000)
    return true
  } catch {
    return false
  }
}

/** Names of what lies in a folder, in the order of their names; none when it cannot be read. */
export function listNames(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

function isLeft(folder: string, name: string, nowUnixMs: number): boolean {
  if (name.startsWith(leftPrefix)) return true
  const owner = parseOwner(name)
  if (owner === undefined) return false
  return !(isAlive(owner) ?? nowUnixMs - touchedAt(folder, nowUnixMs) < staleMs)
}

function touchedAt(folder: string, nowUnixMs: number): number {
  try {
    return lstatSync(folder).mtimeMs
  } catch {
    return nowUnixMs
  }
}
