import { join, resolve } from 'node:path'
import type { Problems } from '../problems.ts'
import type { Signal } from '../records/batch.ts'
import { folderName, type SpoolSender } from './sender.ts'
import { effectiveUser, makeFolders, requireOwn, requireSafeWay, unsafe } from './way.ts'

/** Where the records of one signal of one sender lie, as it was when the process began: nothing later moves it. */
export type SpoolPlace = {
  readonly signal: Signal
  readonly sender: SpoolSender
  /** Absolute. */
  readonly directory: string
  /** The folder of this signal and sender below it; made out when first asked for, as most starts need none. */
  readonly root: string
  /** The user whom all of it belongs to; undefined where there are no users. */
  readonly uid: number | undefined
  readonly problems: Problems
  /** Unix milliseconds. */
  readonly now: () => number
}

/** Disk space that all of one signal and sender may use in this process. */
export type DiskUse = { bytes: number; readonly maxBytes: number }

/** Whether so many bytes more find room; if not, that is said. */
export function hasRoom(use: DiskUse, more: number, { problems, root }: SpoolPlace): boolean {
  if (use.bytes + more <= use.maxBytes) return true
  problems.say(
    'CLEW_SPOOL_FULL',
    root,
    () => `${root} holds ${use.bytes} of ${use.maxBytes} bytes and takes no more`,
  )
  return false
}

export type SpoolSettings = Pick<SpoolPlace, 'signal' | 'sender' | 'directory' | 'problems' | 'now'>

export function placeSpool(settings: SpoolSettings): SpoolPlace {
  const uid = effectiveUser()
  const directory = settle(settings.directory, uid)
  let root: string | undefined
  return {
    ...settings,
    ...{ directory, uid },
    get root() {
      root ??= join(directory, folderName(settings.signal, settings.sender))
      return root
    },
  }
}

/** A way that is not safe stays as it is, and is refused whenever it is gone. */
function settle(directory: string, uid: number | undefined): string {
  try {
    return requireSafeWay(resolve(directory), uid)
  } catch {
    return resolve(directory)
  }
}

/** Throws when somebody else could reach what is written here. */
export function requireSafePlace({ directory, uid }: SpoolPlace): void {
  const user = effectiveUser()
  if (user !== uid)
    throw unsafe(
      `the process began as user ${uid} and now is user ${user}, who must not own what lies in ${directory}`,
      'Start the process as the user that it runs as',
    )
  requireSafeWay(directory, uid)
}

/** Makes the root. Throws when the place is not ours or not writable. */
export function openPlace(place: SpoolPlace): void {
  requireSafePlace(place)
  makeFolders(place.root)
  requireOwn(place.root, place.uid)
}
