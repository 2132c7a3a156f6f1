import type { IncomingMessage } from 'node:http'
import { type Readable, Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { importLimits } from '../../schema/limits.ts'
import { storeError } from '../../schema/store-error.ts'

/** A body as it is unpacked, and how much of it was sent so far. */
export type Unpacked = { chunks: Readable; sentBytes(): number }

/** The stream fails with a StoreError `too-large` where the limits of a file are reached. */
export function unpack(request: IncomingMessage, isGzip: boolean): Unpacked {
  let unpackedBytes = 0
  const gunzip = isGzip ? createGunzip() : undefined
  const sentBytes = (): number => gunzip?.bytesWritten ?? unpackedBytes
  const limited = new Transform({
    transform(chunk: Buffer, _, done) {
      unpackedBytes += chunk.length
      const problem = problemOf(unpackedBytes, sentBytes())
      if (problem === undefined) done(null, chunk)
      else done(storeError('too-large', problem))
    },
  })
  request.on('error', (error) => limited.destroy(error))
  gunzip?.on('error', (error) => limited.destroy(error))
  return { chunks: (gunzip ? request.pipe(gunzip) : request).pipe(limited), sentBytes }
}

function problemOf(unpackedBytes: number, sentBytes: number): string | undefined {
  const { bytes, bytesPerByte, freeBytes } = importLimits
  if (unpackedBytes > bytes) return `the file is too long: it may have ${bytes} bytes`
  if (unpackedBytes > freeBytes + bytesPerByte * sentBytes)
    return `the file unpacks to more than ${bytesPerByte} times its size`
  return undefined
}
