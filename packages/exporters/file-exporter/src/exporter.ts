import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import type { Exporter, ThreadSenderOptions } from '@clew/pipeline'
import { formatMistake, parseBytes } from '@clew/settings'
import { remedyOf } from './failures.ts'
import { type FileOptions, type FileSettings, fileOptions } from './options.ts'
import type * as Take from './take.ts'

/** Whoever follows the file wants to see lines soon. */
const maxDelayMs = 250

/** Below that a batch would be a file. */
const leastFileBytes = 64 * 1024

/**
 * Log records to a file of JSON lines. `CLEW_FILE_PATH`, or `file.path` in clew.yaml, starts it. Any number of processes and
 * threads may write the same file; each does so in a thread of its own.
 */
export const fileExporter: Exporter = {
  name: 'file',
  options: fileOptions,
  open(given, { createThreadSender, say }) {
    const options = given as FileOptions
    if (options.path === '') return undefined
    const settings = readSettings(options)
    if (typeof settings === 'string') return `${settings}; in force: nothing is written to the file`
    const { path, format } = settings
    return {
      name: 'file',
      shownAs: path,
      identity: [path, format],
      maxDelayMs,
      createSender: () =>
        createThreadSender({
          file: new URL('./file-thread.js', import.meta.url),
          data: settings,
          takeSync: lastTaker(settings),
          receiver: { signal: 'logs', url: '', headers: {}, remedyOf },
          say,
        }),
    }
  },
}

/** Writes in the application's thread, at the end of the process: what it takes is loaded then. */
function lastTaker(settings: FileSettings): NonNullable<ThreadSenderOptions['takeSync']> {
  let taker: Take.Taker | undefined
  return (request, remainingMs) => {
    taker ??= (createRequire(import.meta.url)('./take.js') as typeof Take).openTaker(settings)
    const { rotated: _, ...outcome } = taker.take(request, remainingMs())
    return outcome
  }
}

/** A text is what is wrong. */
function readSettings(options: FileOptions): FileSettings | string {
  const { format, every, maxFiles, gzip } = options
  const maxFileBytes = bytesOf('CLEW_FILE_MAX_FILE_SIZE', options.maxFileSize)
  if (typeof maxFileBytes === 'string') return maxFileBytes
  const maxTotalBytes = bytesOf('CLEW_FILE_MAX_TOTAL_SIZE', options.maxTotalSize)
  if (typeof maxTotalBytes === 'string') return maxTotalBytes
  if (maxFileBytes < leastFileBytes)
    return `CLEW_FILE_MAX_FILE_SIZE: ${options.maxFileSize} is too small; write 64KiB or more`
  if (maxTotalBytes < maxFileBytes)
    return `CLEW_FILE_MAX_TOTAL_SIZE: ${options.maxTotalSize} is less than one file; write ${options.maxFileSize} (CLEW_FILE_MAX_FILE_SIZE) or more`
  return {
    ...{ path: resolve(options.path), format, gzip },
    rotation: { every, maxFileBytes, maxFiles, maxTotalBytes },
  }
}

function bytesOf(place: string, text: string): number | string {
  const { value, faults } = parseBytes(text)
  return value ?? faults.map((fault) => formatMistake({ place, ...fault })).join('; ')
}
