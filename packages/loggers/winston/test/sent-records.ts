import { startInstrumentation } from '@clew/core'
import { recordLogs } from '@clew/testing'
import { afterEach, beforeEach } from 'vitest'
import { winstonInstrumentation } from '../src/index.ts'

export const levelKey = Symbol.for('level')
export const messageKey = Symbol.for('message')

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
export function start(options: { send?: boolean; stamp?: boolean; level?: 'warn' } = {}): void {
  stop()
  stop = startInstrumentation(winstonInstrumentation, options)
}
