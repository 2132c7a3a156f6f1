import { serveBatches } from '@clew/pipeline/thread'
import { compressRotated } from './compress.ts'
import type { FileSettings } from './options.ts'
import { openTaker } from './take.ts'

serveBatches<FileSettings>(async ({ data }) => {
  const { file, take } = openTaker(data)
  // At first what a process that ended left behind.
  let compressing = data.gzip ? compressRotated(file) : undefined
  return {
    async take(request) {
      const { rotated, ...outcome } = take(request)
      if (rotated) compressing = compressing?.then(() => compressRotated(file))
      return outcome
    },
  }
})
