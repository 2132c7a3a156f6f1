import { startInstrumentation } from '@clew/core'
import {
  type RecordedLog,
  type RecordedSpan,
  recordLogs,
  recordSpans,
  type SpanRecorder,
} from '@clew/testing'
import type { Sampler } from '@opentelemetry/sdk-trace'
import { bullmqInstrumentation } from '../src/index.ts'
import { openTarget, type Target, type TargetName } from './targets.ts'

export type Given = Parameters<
  typeof startInstrumentation<NonNullable<typeof bullmqInstrumentation.options>>
>[1]

/** Everything that a test of one target needs, started together and stopped by `close`. */
export type Rig = {
  target: Target
  spans: SpanRecorder
  /** What the application logged. */
  logs: { readonly logs: RecordedLog[] }
  /** What this package logged. */
  told: { readonly logs: RecordedLog[] }
  close(): Promise<void>
}

export async function openRig(
  name: TargetName,
  given: Given = {},
  sampler?: Sampler,
  connection?: unknown,
): Promise<Rig> {
  const spans = recordSpans(sampler ? { sampler } : {})
  const recorder = recordLogs()
  const by = (isOurs: boolean): Rig['logs'] => ({
    get logs() {
      return recorder.logs.filter(({ scope }) => (scope === '@clew/bullmq') === isOurs)
    },
  })
  const stop = startInstrumentation(bullmqInstrumentation, given)
  const target = await openTarget(name, connection)
  return {
    target,
    spans,
    logs: by(false),
    told: by(true),
    close: async () => {
      try {
        await target.close()
      } finally {
        stop()
        recorder.stop()
        spans.stop()
      }
    },
  }
}

/** The finished spans of attempts. */
export function attempts(spans: readonly RecordedSpan[]): RecordedSpan[] {
  return spans.filter(({ kind }) => kind === 'consumer')
}
