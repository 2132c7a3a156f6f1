import { lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { formatOwner, isAlive, parseOwner, thisOwner } from './owner.ts'

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
export function makeFolder(root: string): string {
  mkdirSync(root, { recursive: true, mode: 0o700 })
  requireOwn(root)
  for (;;) {
    const folder = join(root, nextName())
    try {
      mkdirSync(folder, { mode: 0o700 })
      return folder
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** Renames the folders of ended processes to ours. Of several processes that try, one gets each. Never throws. */
export function claimFolders(root: string, nowUnixMs: number): string[] {
  const claimed: string[] = []
  for (const name of listNames(root)) {
    const folder = join(root, name)
    if (!isLeft(folder, name, nowUnixMs)) continue
    const mine = join(root, nextName())
    try {
      requireOwn(folder)
      renameSync(folder, mine)
      touch(mine, nowUnixMs)
      claimed.push(mine)
    } catch {}
  }
  return claimed
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
    utimesSync(folder, nowUnixMs / 1000, nowUnixMs / 1000)
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
    return statSync(folder).mtimeMs
  } catch {
    return nowUnixMs
  }
}

/** In a shared temporary folder anybody could have made it first. */
function requireOwn(folder: string): void {
  const stat = lstatSync(folder)
  const uid = process.getuid?.()
  if (!stat.isDirectory()) throw new Error(`${folder} is not a folder`)
  if (uid !== undefined && stat.uid !== uid) throw new Error(`${folder} belongs to another user`)
}
