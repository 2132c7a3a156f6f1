import { createRequire } from 'node:module'
import { startInstrumentation } from '@clew/core'
import { recordLogs } from '@clew/testing'
import { WinstonInstrumentation } from '@opentelemetry/instrumentation-winston'
import { OpenTelemetryTransportV3 } from '@opentelemetry/winston-transport'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type winston from 'winston'
import { winstonInstrumentation } from '../src/index.ts'
import { inSpan, printingLogger, spanContext, stamp } from './printing-logger.ts'

const require = createRequire(import.meta.url)

/** What OpenTelemetry's own transport sends, through the Logs API global that its version reads. */
const sentUpstream: unknown[] = []
const provider = {
  getLogger: () => ({ emit: ({ body }: { body: unknown }) => sentUpstream.push(body), enabled: () => true }),
}
Object.assign(globalThis, { [Symbol.for('io.opentelemetry.js.api.logs')]: () => provider })

const upstream = new WinstonInstrumentation()
const library = require('winston') as typeof winston
upstream.disable()
const recorder = recordLogs()
let stop = (): void => {}
beforeEach(() => {
  recorder.clear()
  sentUpstream.length = 0
  stop = startInstrumentation(winstonInstrumentation)
})
afterEach(() => stop())

test("a logger with OpenTelemetry's transport sends each entry once, by us, and by it when we have stopped", () => {
  const { logger } = printingLogger(library, {})
  const seen: unknown[] = []
  logger.add(new OpenTelemetryTransportV3().on('logged', (info) => seen.push(info.message)))
  inSpan(() => logger.info('ours'))
  stop()
  inSpan(() => logger.info('theirs'))
  expect([recorder.logs.map(({ body }) => body), sentUpstream, seen]).toEqual([
    ['ours'],
    ['theirs'],
    ['ours', 'theirs'],
  ])
})

test("what only the level of OpenTelemetry's transport lets through stays its", () => {
  const { logger } = printingLogger(library, { level: 'info' })
  logger.add(new OpenTelemetryTransportV3({ level: 'debug' }))
  logger.debug('fine')
  logger.info('coarse')
  expect([recorder.logs.map(({ body }) => body), sentUpstream]).toEqual([['coarse'], ['fine']])
})

test("beside OpenTelemetry's instrumentation an entry is stamped and sent once", () => {
  upstream.enable()
  const { logger, lines } = printingLogger(library, {})
  expect(logger.transports.some((transport) => transport instanceof OpenTelemetryTransportV3)).toBe(true)
  inSpan(() => logger.info('hi', { a: 1 }))
  expect(recorder.logs.map(({ body, attributes, traceId }) => [body, attributes, traceId])).toEqual([
    ['hi', { a: 1 }, spanContext.traceId],
  ])
  expect(lines.map((line) => JSON.parse(line))).toEqual([{ level: 'info', message: 'hi', a: 1, ...stamp }])
  expect(sentUpstream).toEqual([])
  upstream.disable()
})
