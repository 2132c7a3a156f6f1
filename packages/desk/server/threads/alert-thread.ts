import { parentPort, workerData } from 'node:worker_threads'
import { type AlertRecord, recordsOf, spanRecordsOf } from '@clew/alert'
import {
  createReportLimit,
  decodeLogsRequest,
  decodeTracesRequest,
  parseLogsJson,
  parseTracesJson,
} from '@clew/otlp'
import { type DeskAlerts, openDeskAlerts } from '../alerts/desk-alerts.ts'
import { isStoreError } from '../schema/store-error.ts'
import type { AlertAsk, AlertSettings, FromAlerts, ToAlerts } from './thread.ts'

type Request = Extract<ToAlerts, { kind: 'stored' }>

const everyMs = 1_000
/** Requests that are judged, and stored, in one step. */
const mostAtOnce = 64

const port = parentPort!
const say = (message: FromAlerts): void => port.postMessage(message)
const report = (message: string): void => say({ kind: 'problem', message })

function open(): DeskAlerts | undefined {
  try {
    const settings = workerData as AlertSettings
    const alerts = openDeskAlerts({
      ...settings,
      ...{ env: process.env, now: Date.now, random: Math.random, report },
    })
    say({ kind: 'ready' })
    return alerts
  } catch (error) {
    say({ kind: 'failed', message: (error as Error).message })
    port.close()
    return undefined
  }
}

function serve(alerts: DeskAlerts): void {
  const waiting: Request[] = []
  const limit = createReportLimit(() => performance.now())
  let turn: Promise<void> = Promise.resolve()
  /** One after the other: judging, time and questions work on the same state. */
  const next = (does: () => Promise<void>): void => {
    turn = turn.then(does)
  }
  let isJudging = false

  const judge = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, mostAtOnce)
      try {
        await alerts.take(batch.map((request) => ({ ...request, records: recordsIn(request) })))
      } catch (error) {
        // What cannot be stored now is given again with the next tick.
        const problem = `alerts cannot be stored (${(error as Error).message}); it is tried again`
        if (limit.withheld(problem) !== undefined) report(problem)
        return
      }
      waiting.splice(0, batch.length)
      say({ kind: 'judged', requests: batch.length })
    }
  }
  const judgeSoon = (): void => {
    if (isJudging) return
    isJudging = true
    next(async () => {
      isJudging = false
      await judge()
    })
  }
  const tick = async (): Promise<void> => {
    await judge()
    await alerts.tick()
    const firing = await alerts.news()
    if (firing !== undefined) say({ kind: 'changed', firing })
  }
  let timer: NodeJS.Timeout | undefined

  port.on('message', (message: ToAlerts) => {
    if (message.kind === 'stored') {
      waiting.push(message)
      if (timer !== undefined) judgeSoon()
    } else if (message.kind === 'begin') {
      alerts.begin(message.url)
      timer = setInterval(() => next(tick), everyMs)
      next(tick)
    } else if (message.kind === 'ask') next(() => answer(alerts, message))
    else {
      clearInterval(timer)
      next(async () => {
        await judge()
        await alerts.close()
        port.close()
      })
    }
  })
}

function recordsIn({ signal, encoding, bytes, arrivedUnixMs }: Request): AlertRecord[] {
  try {
    if (signal === 'traces') {
      const spans = encoding === 'protobuf' ? decodeTracesRequest(bytes) : parseTracesJson(bytes)
      return spanRecordsOf(spans, arrivedUnixMs)
    }
    const request = encoding === 'protobuf' ? decodeLogsRequest(bytes) : parseLogsJson(bytes)
    return recordsOf(request, arrivedUnixMs)
  } catch (error) {
    report(`a request that was stored cannot be judged: ${(error as Error).message}`)
    return []
  }
}

async function answer(
  alerts: DeskAlerts,
  { id, question }: Extract<ToAlerts, { kind: 'ask' }>,
): Promise<void> {
  try {
    say({ kind: 'answer', id, value: await ask(alerts, question) })
  } catch (error) {
    const code = isStoreError(error) ? error.code : 'internal'
    say({ kind: 'failure', id, code, message: error instanceof Error ? error.message : String(error) })
  }
}

async function ask(alerts: DeskAlerts, question: AlertAsk): Promise<object> {
  switch (question.name) {
    case 'page':
      return alerts.page()
    case 'explain':
      return alerts.explain(question.of.rule, question.of.most)
    case 'silence':
      return alerts.silence(question.of)
    case 'endSilence':
      alerts.endSilence(question.of.id)
      return {}
    case 'warnings':
      return alerts.warnings(question.of)
    case 'warning':
      return alerts.warning(question.of.id)
    case 'opine':
      return alerts.opine(question.of)
    case 'patternWatches':
      return alerts.patternWatches(question.of.ids)
    case 'metrics':
      return alerts.metrics()
  }
}

const alerts = open()
if (alerts !== undefined) serve(alerts)
