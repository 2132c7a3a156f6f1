import { shortText } from '@clew/otlp/text'
import type { WarningPage } from '../../../api/index.ts'
import { storeError } from '../../schema/store-error.ts'
import type { Alerts } from '../../threads/alerts.ts'
import { sendJson } from '../reply/reply.ts'
import type { Call, Reader } from './match-route.ts'
import { readJsonBody } from './read-body.ts'
import type { WarningRouteName } from './routes.ts'

const defaultWarnings = 100
const mostWarnings = 1_000

const nothing: WarningPage = {
  learning: { isLearning: true, fromUnixMs: null, untilUnixMs: null, series: 0, leftOut: 0 },
  warnings: [],
}

type ReadName = 'warnings' | 'warning'

/** What `/api/warnings…` reads. `alerts` undefined: nobody watches. */
export function warningReaders(alerts: Alerts | undefined): Record<ReadName, Reader> {
  return {
    async warnings({ from, to, limit }) {
      const of = {
        fromMs: momentOf('from', from, 0),
        toMs: momentOf('to', to, Number.MAX_SAFE_INTEGER),
        most: limitOf(limit),
      }
      return alerts ? alerts.ask('warnings', of) : nothing
    },
    warning: async ({ id = '' }) => requireWatch(alerts).ask('warning', { id }),
  }
}

/** What answers to changes below `/api/warnings`. */
export function warningAnswers(
  alerts: Alerts | undefined,
): Record<Exclude<WarningRouteName, ReadName>, (call: Call) => Promise<void>> {
  return {
    'warning-opinion': async ({ request, response, values }) => {
      const body = (await readJsonBody(request, response)) as { opinion?: unknown } | undefined
      if (body === undefined) return
      const { opinion } = body
      if (opinion !== 'useful' && opinion !== 'noise')
        throw storeError('invalid', 'send { "opinion": "useful" } or { "opinion": "noise" }')
      await sendJson(request, response, await requireWatch(alerts).ask('opine', { id: values.id!, opinion }))
    },
  }
}

function requireWatch(alerts: Alerts | undefined): Alerts {
  if (alerts === undefined) throw storeError('invalid', 'this desk watches nothing')
  return alerts
}

function momentOf(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined || text === '') return otherwise
  const moment = Number(text)
  if (Number.isFinite(moment)) return moment
  throw storeError('invalid', `${name}=${shortText(text)}: give unix milliseconds`)
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return defaultWarnings
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1)
    throw storeError('invalid', `limit ${JSON.stringify(shortText(text))}: give a whole number from 1`)
  return Math.min(limit, mostWarnings)
}
