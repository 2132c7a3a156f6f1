import { shortText } from '@clew/otlp/text'
import type { WarningPage } from '../../../api/index.ts'
import { storeError } from '../../schema/store-error.ts'
import type { Alerts } from '../../threads/alerts.ts'
import { sendJson } from '../reply/reply.ts'
import type { Call } from './match-route.ts'
import { readJsonBody } from './read-body.ts'
import type { WarningRouteName } from './routes.ts'

const defaultWarnings = 100
const mostWarnings = 1_000

const nothing: WarningPage = {
  learning: { isLearning: true, fromUnixMs: null, untilUnixMs: null, series: 0, leftOut: 0 },
  warnings: [],
}

/** What answers `/api/warnings…`. `alerts` undefined: nobody watches. */
export function warningAnswers(
  alerts: Alerts | undefined,
): Record<WarningRouteName, (call: Call) => Promise<void>> {
  return {
    warnings: async ({ request, response, values }) => {
      const of = {
        fromMs: momentOf('from', values.from, 0),
        toMs: momentOf('to', values.to, Number.MAX_SAFE_INTEGER),
        most: limitOf(values.limit),
      }
      await sendJson(request, response, alerts ? await alerts.ask('warnings', of) : nothing)
    },
    warning: async ({ request, response, values }) =>
      sendJson(request, response, await requireWatch(alerts).ask('warning', { id: values.id! })),
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
