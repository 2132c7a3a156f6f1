import { isOtlpDecodeError } from '@clew/otlp'
import type { Outcome } from '@clew/pipeline'
import { reasonOf } from './failures.ts'
import { writeLines } from './lines.ts'
import type { FileSettings } from './options.ts'
import { SharedFile } from './shared-file.ts'

/** What becomes of requests: lines in the file. */
export type Taker = {
  readonly file: SharedFile
  /** Never throws. `rotated`: a file may be compressed. */
  take(request: Uint8Array, waitMs?: number): Outcome & { rotated?: boolean }
}

export function openTaker({ path, format, rotation }: FileSettings): Taker {
  const file = new SharedFile(path, rotation)
  return {
    file,
    take(request, waitMs) {
      try {
        const { bytes, count } = writeLines(request, format)
        if (bytes.length <= rotation.maxFileBytes)
          return { kind: 'accepted', rotated: file.append(bytes, waitMs) === 'rotated' }
        if (count > 1) return { kind: 'too-large' }
        return { kind: 'refused', status: 'too large', message: `a record of ${bytes.length} bytes` }
      } catch (error) {
        if (isOtlpDecodeError(error))
          return { kind: 'refused', status: 'undecodable', message: error.message }
        return { kind: 'retry', reason: reasonOf(error) }
      }
    },
  }
}
