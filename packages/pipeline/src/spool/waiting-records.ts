import { closeSync, openSync, readSync } from 'node:fs'
import { frameHeaderBytes } from './frame.ts'
import { countOffset, payloadMagic } from './payload.ts'

/** A frame's header and the payload up to behind the number of records. */
const headBytes = frameHeaderBytes + countOffset + 4

/** Records of a segment, by the heads of its frames: up to the first that is damaged. 0 when it cannot be read. */
export function countSegmentRecords(path: string): number {
  try {
    const fd = openSync(path, 'r')
    try {
      return countIn(fd)
    } finally {
      closeSync(fd)
    }
  } catch {
    return 0
  }
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
