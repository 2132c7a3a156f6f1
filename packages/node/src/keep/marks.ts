import { hash, timingSafeEqual } from 'node:crypto'
import type { KeptTraces } from '@clew/core'
import type { Policy } from '@clew/pipeline'

/** Of what nobody vouches for. */
const unsigned = '1'
/** 128 bits of it, in hex. */
const signatureLength = 32
const markPattern = /^(?:1|[\da-f]{32})$/

/**
 * How processes tell one another that a trace is kept: `1`, or with a key that all share a signature of the trace id, which
 * nobody else can make. A mark that this process refused is not its own, so it goes no further.
 */
export function createMarks(
  policyOf: () => Pick<Policy, 'mark' | 'isMarked'> | undefined,
  key: string | undefined,
): KeptTraces {
  const write = createWriter(key)
  return {
    keep: (traceId) => policyOf()?.mark(traceId, 'own') ?? false,
    markOf: (traceId) => (policyOf()?.isMarked(traceId) ? write(traceId) : undefined),
    takeMark(traceId, mark, from) {
      const policy = policyOf()
      if (policy === undefined || policy.isMarked(traceId) || !markPattern.test(mark)) return
      const isTrusted =
        from === 'job' || (mark !== unsigned && key !== undefined && isSame(mark, write(traceId)))
      policy.mark(traceId, isTrusted ? 'trusted' : 'outside')
    },
  }
}

/** A trace is mostly asked for several times in a row. */
function createWriter(key: string | undefined): (traceId: string) => string {
  if (key === undefined) return () => unsigned
  let lastId = ''
  let last = ''
  return (traceId) => {
    if (traceId !== lastId) {
      last = hash('sha256', key + traceId).slice(0, signatureLength)
      lastId = traceId
    }
    return last
  }
}

function isSame(mark: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(mark), Buffer.from(expected))
}
