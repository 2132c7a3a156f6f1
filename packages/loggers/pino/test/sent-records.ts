import { type OptionValues, startInstrumentation } from '@clew/core'
import { recordLogs } from '@clew/testing'
import { afterEach, beforeEach } from 'vitest'
import { pinoInstrumentation } from '../src/index.ts'

type Options = OptionValues<NonNullable<typeof pinoInstrumentation.options>>

export const recorder = recordLogs()
export let stop = (): void => {}
beforeEach(() => {
  recorder.clear()
  start()
})
afterEach(() => stop())

export const brief = () =>
  recorder.logs.map(({ severityText, body, attributes }) => [severityText, body, attributes])

/** Anew, with these options. */
export function start(options: Partial<Options> = {}): void {
  stop()
  stop = startInstrumentation(pinoInstrumentation, options)
}
