import { constants, gzip, gzipSync, zstdCompress, zstdCompressSync } from 'node:zlib'
import type { Compression } from '../pipeline.ts'

/** Below this a compressed body saves less than its headers cost. */
const smallestBytes = 1024

/** Level 1 costs 2.5 times less CPU than level 6 for 13 % more bytes. */
const gzipOptions = { level: 1 }
const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

export type Body = { bytes: Buffer; encoding: 'gzip' | 'zstd' | undefined }

/** Compresses in libuv's pool. A body that cannot be compressed goes as it is. */
export function compress(bytes: Buffer, compression: Compression): Promise<Body> | Body {
  if (compression === 'none' || bytes.length < smallestBytes) return { bytes, encoding: undefined }
  return new Promise((resolve) => {
    const done = (error: Error | null, result: Buffer): void =>
      resolve(error === null ? { bytes: result, encoding: compression } : { bytes, encoding: undefined })
    if (compression === 'gzip') gzip(bytes, gzipOptions, done)
    else zstdCompress(bytes, zstdOptions, done)
  })
}

/** The same while the event loop stands still. */
export function compressSync(bytes: Buffer, compression: Compression): Body {
  if (compression === 'none' || bytes.length < smallestBytes) return { bytes, encoding: undefined }
  const result = compression === 'gzip' ? gzipSync(bytes, gzipOptions) : zstdCompressSync(bytes, zstdOptions)
  return { bytes: result, encoding: compression }
}
