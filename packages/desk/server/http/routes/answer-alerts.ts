import { shortText } from '@clew/otlp/text'
import type { AlertPage, NewAlertSilence } from '../../../api/index.ts'
import { storeError } from '../../schema/store-error.ts'
import type { Alerts } from '../../threads/alerts.ts'
import { sendJson } from '../reply/reply.ts'
import type { Call } from './match-route.ts'
import { readJsonBody } from './read-body.ts'
import type { AlertRouteName } from './routes.ts'

const noFile: AlertPage = { file: null, alerts: [], rules: [], silences: [], notJudged: 0 }
const defaultDecisions = 200
const mostDecisions = 1_000

/** What answers `/api/alerts…`. `alerts` undefined: the desk has no rule file. */
export function alertAnswers(
  alerts: Alerts | undefined,
): Record<AlertRouteName, (call: Call) => Promise<void>> {
  return {
    alerts: async ({ request, response }) => {
      const { notJudged } = alerts?.state() ?? noFile
      const page: AlertPage = alerts ? { ...(await alerts.ask('page', {})), notJudged } : noFile
      await sendJson(request, response, page)
    },
    'alerts-explain': async ({ request, response, values }) => {
      const of = { rule: values.rule ?? '', most: limitOf(values.limit) }
      await sendJson(request, response, alerts ? await alerts.ask('explain', of) : { decisions: [] })
    },
    silence: async ({ request, response }) => {
      const body = await readJsonBody(request, response)
      if (body === undefined) return
      const wanted = parseSilence(body)
      await sendJson(request, response, await requireAlerts(alerts).ask('silence', wanted))
    },
    'silence-end': async ({ request, response, values }) => {
      await sendJson(request, response, await requireAlerts(alerts).ask('endSilence', { id: values.id! }))
    },
  }
}

function requireAlerts(alerts: Alerts | undefined): Alerts {
  if (alerts === undefined)
    throw storeError('invalid', 'this desk has no rules; start it with --alerts alerts.yaml')
  return alerts
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return defaultDecisions
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1)
    throw storeError('invalid', `limit ${JSON.stringify(shortText(text))}: give a whole number from 1`)
  return Math.min(limit, mostDecisions)
}

function parseSilence(body: object): NewAlertSilence {
  const { rule, group = {}, forMs } = body as Partial<NewAlertSilence>
  const isGroup =
    typeof group === 'object' &&
    group !== null &&
    Object.values(group).every((value) => typeof value === 'string')
  if (typeof rule === 'string' && typeof forMs === 'number' && isGroup) return { rule, group, forMs }
  throw storeError('invalid', 'send { "rule": "<id>", "group": { "<field>": "<value>" }, "forMs": 3600000 }')
}
