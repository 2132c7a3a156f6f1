import { shortText } from '@clew/otlp/text'
import type { AlertPage, NewAlertSilence } from '../../../api/index.ts'
import { storeError } from '../../schema/store-error.ts'
import type { Alerts } from '../../threads/alerts.ts'
import { sendJson } from '../reply/reply.ts'
import type { Call, Reader } from './match-route.ts'
import { readJsonBody } from './read-body.ts'
import type { AlertRouteName } from './routes.ts'

const noFile: AlertPage = { file: null, alerts: [], rules: [], silences: [], notJudged: 0 }
const defaultDecisions = 200
const mostDecisions = 1_000

type ReadName = 'alerts' | 'alerts-explain'

/** What `/api/alerts…` reads. `alerts` undefined: the desk has no rule file. */
export function alertReaders(alerts: Alerts | undefined): Record<ReadName, Reader> {
  return {
    async alerts() {
      const { notJudged } = alerts?.state() ?? noFile
      const page: AlertPage = alerts ? { ...(await alerts.ask('page', {})), notJudged } : noFile
      return page
    },
    async 'alerts-explain'({ rule = '', limit }) {
      const of = { rule, most: limitOf(limit) }
      return alerts ? alerts.ask('explain', of) : { decisions: [] }
    },
  }
}

/** What answers to changes below `/api/alerts`. */
export function alertAnswers(
  alerts: Alerts | undefined,
): Record<Exclude<AlertRouteName, ReadName>, (call: Call) => Promise<void>> {
  return {
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
