import type { AlertPage, AlertRow, WarningPage, WarningRow } from '../../packages/desk/api/index.ts'

/** What the API of a desk says, each thing once. */
export type BrewingTeller = {
  /** What is known before the failure is played; it is not told. */
  learnt(): Promise<{ series: number; found: number }>
  /** Says what the desk has found since the last call. */
  tell(): Promise<void>
  /** A warning, the failure that it led to and an alert were told. */
  isDone(): boolean
  /** Says what did not come; throws when there was no alert. */
  end(): void
}

export function createBrewingTeller(url: string, say: (text: string) => void): BrewingTeller {
  const told = new Set<string>()
  let [hasLead, hasAlert] = [false, false]
  const isNews = (key: string): boolean => !told.has(key) && told.add(key) !== undefined
  return {
    async learnt() {
      const { learning, warnings } = await askDesk<WarningPage>(url, '/api/warnings')
      for (const { id } of warnings) told.add(`warning ${id}`).add(`failure ${id}`)
      return { series: learning.series, found: warnings.length }
    },
    async tell() {
      const { warnings } = await askDesk<WarningPage>(url, '/api/warnings')
      for (const warning of warnings.toReversed())
        if (isNews(`warning ${warning.id}`)) say(describeWarning(warning))
      const { alerts } = await askDesk<AlertPage>(url, '/api/alerts')
      for (const alert of alerts.toReversed()) {
        if (alert.observation.type === 'early' || !isNews(`alert ${alert.id}`)) continue
        hasAlert = true
        say(describeAlert(alert))
      }
      for (const warning of warnings) {
        if (warning.failure === null || !isNews(`failure ${warning.id}`)) continue
        hasLead = true
        say(describeFailure(warning.id, warning.failure))
      }
    },
    isDone: () => hasLead && hasAlert,
    end() {
      if (!hasAlert) throw new Error('the bank is down and no alert fired')
      if (!hasLead) say('no warning came before it; another --seed plays another day')
    },
  }
}

/** What the API answers. */
export async function askDesk<T>(url: string, path: string): Promise<T> {
  const response = await fetch(url + path)
  if (!response.ok) throw new Error(`${url}${path} answered ${response.status}`)
  return (await response.json()) as T
}

/** The time of the day, in UTC. */
export const clockOf = (unixMs: number): string => new Date(unixMs).toISOString().slice(11, 19)

function describeWarning({ raisedUnixMs, id, state, sure, text }: WarningRow): string {
  const head = `${clockOf(raisedUnixMs)} early warning ${id} (${state}, ${Math.round(100 * sure)} % sure):`
  return `${head}\n\n${text.replaceAll(/^/gm, '  ')}\n`
}

function describeAlert({ sinceUnixMs, rule, observation, lines }: AlertRow): string {
  const { value, limit, windowMs } = observation
  const last = lines.at(-1)
  return `${clockOf(sinceUnixMs)} alert ${rule}: ${value} (limit ${limit}) in ${windowMs / 60_000} minutes, the last: ${last?.service} ${last?.text}`
}

function describeFailure(
  id: string,
  { unixMs, service, of, text, leadMs }: NonNullable<WarningRow['failure']>,
): string {
  const what = of === 'alert' ? `alert ${text}` : `errors “${text}”`
  const seconds = Math.round(leadMs / 1000)
  const lead = `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${clockOf(unixMs)} failure of ${service}: ${what}. Lead time ${lead}: so long before it there was warning ${id}`
}
