import { closeSync, lstatSync, readFileSync, readSync, unlinkSync } from 'node:fs'
import { type Batch, bytesOf, bytesOfRequest } from '../records/batch.ts'
import { frameHeaderBytes, readFrames } from './frame.ts'
import { countOffset, type Payload, parsePayload, payloadMagic } from './payload.ts'
import { openOwnFile } from './way.ts'

/** A segment being sent again: it is deleted when the last of its frames is settled. */
export type Replay = {
  /** The next frame that nobody has taken. */
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
  const read = readPayloads(path, uid, onDamage)
  if (read === undefined) {
    onDone(sizeOf(path))
    return nothing
  }
  const { payloads, bytes } = read
  let unsettled = payloads.length
  let at = 0
  const finish = (): void => {
    removeSegment(path)
    onDone(bytes)
  }
  const release = (): void => {
    unsettled--
    if (unsettled === 0) finish()
  }
  if (payloads.length === 0) finish()
  return {
    next: () => {
      const payload = payloads[at]
      if (payload === undefined) return undefined
      at++
      return toBatch(payload, release)
    },
    isDone: () => unsettled === 0,
  }
}

const nothing: Replay = { next: () => undefined, isDone: () => true }

function readPayloads(
  path: string,
  uid: number | undefined,
  onDamage: (bytes: number) => void,
): { payloads: Payload[]; bytes: number } | undefined {
  const segment = tryRead(path, uid)
  if (segment === undefined) return undefined
  const frames = readFrames(segment, payloadMagic)
  const payloads: Payload[] = []
  let damaged = frames.damagedBytes
  for (const bytes of frames.payloads) {
    const payload = parsePayload(bytes)
    if (payload === undefined) damaged += bytes.length
    else payloads.push(payload)
  }
  if (damaged > 0) onDamage(damaged)
  return { payloads, bytes: segment.length }
}

function tryRead(path: string, uid: number | undefined): Buffer | undefined {
  return withOwnFile(path, uid, (fd) => readFileSync(fd))
}

/** Undefined when it cannot be read, or is no file of that user. */
function withOwnFile<T>(path: string, uid: number | undefined, read: (fd: number) => T): T | undefined {
  try {
    const fd = openOwnFile(path, uid)
    try {
      return read(fd)
    } finally {
      closeSync(fd)
    }
  } catch {
    return undefined
  }
}

function toBatch(payload: Payload, release: () => void): Batch {
  const bytes = 'request' in payload ? bytesOfRequest(payload.request) : bytesOf(payload.parts)
  return { ...payload, id: Number.MAX_SAFE_INTEGER, bytes, fromSpool: true, release }
}

export function removeSegment(path: string): void {
  try {
    unlinkSync(path)
  } catch {}
}

export function sizeOf(path: string): number {
  try {
    return lstatSync(path).size
  } catch {
    return 0
  }
}

/** A frame's header and the payload up to behind the number of records. */
const headBytes = frameHeaderBytes + countOffset + 4

/** Records of a segment, by the heads of its frames: up to the first that is damaged. 0 when it cannot be read. */
export function countSegmentRecords(path: string, uid: number | undefined): number {
  return withOwnFile(path, uid, countIn) ?? 0
}

function countIn(fd: number): number {
  const head = Buffer.allocUnsafe(headBytes)
  let count = 0
  for (let at = 0; readSync(fd, head, 0, headBytes, at) === headBytes; ) {
    if (head.indexOf(payloadMagic) !== frameHeaderBytes) break
    count += head.readUInt32LE(frameHeaderBytes + countOffset)
    at += frameHeaderBytes + head.readUInt32LE(0)
  }
  return count
}
