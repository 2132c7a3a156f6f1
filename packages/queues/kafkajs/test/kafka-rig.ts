import { activeContext, emitRecord, setReporter } from '@clew/core'
import type { RecordedSpan } from '@clew/testing'
import { trace } from '@opentelemetry/api'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'

/** Opens a rig for the tests of a block, ends the clients of each, and expects that nothing of ours was reported. */
export function useRig<R extends { rest(): Promise<void>; close(): Promise<void> }>(
  open: () => Promise<R>,
  use: (rig: R) => void,
): void {
  const reports: string[] = []
  let rig: R | undefined
  let restore = (): void => {}
  beforeAll(async () => {
    restore = setReporter((code, message) => reports.push(`${code} ${message}`))
    rig = await open()
    use(rig)
  })
  afterEach(async () => {
    await rig?.rest()
    expect(reports).toEqual([])
  })
  afterAll(async () => {
    restore()
    await rig?.close()
  })
}

export const activeIds = () => trace.getActiveSpan()?.spanContext()

/** Emits a record where it is called, as a logger would. */
export function log(body: string): void {
  emitRecord({
    ...{ scope: { name: 'test', version: '1' }, context: activeContext(), timeUnixMs: Date.now() },
    ...{ severityNumber: 9, severityText: 'info', body, attributes: {} },
  })
}

export function kindsOf(spans: readonly RecordedSpan[], kind: RecordedSpan['kind']): RecordedSpan[] {
  return spans.filter((span) => span.kind === kind)
}
