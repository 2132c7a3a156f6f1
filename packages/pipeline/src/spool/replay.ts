import { closeSync, fstatSync, lstatSync, readFileSync, unlinkSync } from 'node:fs'
import { type Batch, bytesOf, bytesOfRequest, type Part } from '../records/batch.ts'
import { sealAtBytes, sealAtRecords } from '../records/chunk.ts'
import { type Contents, type Entry, readContents } from './contents.ts'
import { encodeSettled, type Payload } from './payload.ts'
import { appendLate } from './segment.ts'
import { openOwnFile } from './way.ts'

/** A segment being sent again: what is settled is noted in it, and it is deleted when all is. */
export type Replay = {
  /** The next batch that nobody has taken. */
  next(): Batch | undefined
  isDone(): boolean
}

export type ReplayOptions = {
  path: string
  /** The user whom it must belong to. */
  uid: number | undefined
  onDone: (bytes: number) => void
  onDamage: (bytes: number) => void
}

/** Reads one segment. A segment that cannot be read is done at once, and stays where it is. */
export function openReplay({ path, uid, onDone, onDamage }: ReplayOptions): Replay {
  const bytes = sizeOf(path)
  const contents = readSegment(path, uid)
  if (contents === undefined) {
    onDone(bytes)
    return nothing
  }
  if (contents.damagedBytes > 0) onDamage(contents.damagedBytes)
  const loads = joinEntries(contents.entries)
  let unsettled = loads.length
  let at = 0
  const settle = ({ ids }: Load): void => {
    unsettled--
    if (unsettled === 0) finish()
    else appendLate(path, uid, encodeSettled(ids))
  }
  const finish = (): void => {
    removeSegment(path)
    onDone(bytes)
  }
  if (loads.length === 0) finish()
  return {
    next: () => {
      const load = loads[at++]
      return load && toBatch(load.payload, () => settle(load))
    },
    isDone: () => unsettled === 0,
  }
}

const nothing: Replay = { next: () => undefined, isDone: () => true }

/** What goes as one batch, and what of the segment that is. */
export type Load = { readonly ids: readonly number[]; readonly payload: Payload }

/** Chunks that follow one another go together as far as they would have before. */
export function joinEntries(entries: readonly Entry[]): Load[] {
  const loads: { ids: number[]; payload: Payload; isChunk: boolean }[] = []
  for (const { id, payload, isChunk } of entries) {
    const last = loads.at(-1)
    const joined = last?.isChunk && isChunk ? joinPayloads(last.payload, payload) : undefined
    if (last === undefined || joined === undefined) loads.push({ ids: [id], payload, isChunk })
    else {
      last.ids.push(id)
      last.payload = joined
    }
  }
  return loads
}

function joinPayloads(left: Payload, right: Payload): Payload | undefined {
  if (!('parts' in left && 'parts' in right) || left.signal !== right.signal) return undefined
  const count = left.count + right.count
  const parts: Part[] = [...left.parts, ...right.parts]
  if (count > sealAtRecords || bytesOf(parts) > sealAtBytes || !left.resource.equals(right.resource))
    return undefined
  return { ...left, count, parts }
}

/** A segment is sealed at 1 MiB, and one batch may be on top of it. What is larger was not written by us: it would take the memory. */
const maxReadBytes = 128 * 1024 * 1024

/** Undefined when it cannot be read, or is no file of that user. One above 128 MiB is not read: all of it counts as damaged. */
export function readSegment(path: string, uid: number | undefined): Contents | undefined {
  try {
    const fd = openOwnFile(path, uid)
    try {
      const { size } = fstatSync(fd)
      return size > maxReadBytes ? { entries: [], damagedBytes: size } : readContents(readFileSync(fd))
    } finally {
      closeSync(fd)
    }
  } catch {
    return undefined
  }
}

export function toBatch(payload: Payload, release: () => void): Batch {
  const bytes = 'request' in payload ? bytesOfRequest(payload.request) : bytesOf(payload.parts)
  return { ...payload, id: Number.MAX_SAFE_INTEGER, bytes, fromSpool: true, release }
}

export function removeSegment(path: string): void {
  try {
    unlinkSync(path)
  } catch {}
}

/** Whether nothing was written to it since. False when nobody can tell. */
export function isOlder(path: string, unixMs: number): boolean {
  try {
    return lstatSync(path).mtimeMs < unixMs
  } catch {
    return false
  }
}

export function sizeOf(path: string): number {
  try {
    return lstatSync(path).size
  } catch {
    return 0
  }
}

/** When a segment was begun; undefined where it is gone. */
export function begunUnixMs(path: string): number | undefined {
  const { birthtimeMs } = lstatSync(path, { throwIfNoEntry: false }) ?? {}
  return birthtimeMs
}

/** Records of a segment that nobody settled. 0 when it cannot be read. */
export function countSegmentRecords(path: string, uid: number | undefined): number {
  const entries = readSegment(path, uid)?.entries ?? []
  return entries.reduce((sum, { payload }) => sum + payload.count, 0)
}
