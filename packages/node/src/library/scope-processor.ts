import { activeContext, recordScopeOf } from '@clew/core'
import type { Context } from '@opentelemetry/api'

/** The part of an SDK's log record that a processor may write to. */
type WritableRecord = {
  readonly attributes: Readonly<Record<string, unknown>>
  setAttribute(key: string, value: string | number | boolean): unknown
}

/** A LogRecordProcessor of SDK 2 and 3. */
export type ScopeProcessor = {
  onEmit(record: WritableRecord, context?: Context): void
  forceFlush(): Promise<void>
  shutdown(): Promise<void>
}

/** Puts request fields and job identity on each record of the SDK that does not have an attribute of that name. */
export function createScopeProcessor(): ScopeProcessor {
  return {
    onEmit: (record, context = activeContext()) => {
      const attributes = recordScopeOf(context)?.attributes ?? {}
      for (const [key, value] of Object.entries(attributes)) {
        if (!(key in record.attributes)) record.setAttribute(key, value)
      }
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  }
}
