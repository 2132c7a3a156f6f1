import { recordsOf } from '@clew/alert'
import { type Brewing, brewingMinutes, requestOf } from '../../alert/test/brewing.ts'
import type { AlertPage } from '../api/index.ts'
import { openDeskAlerts } from '../server/alerts/desk-alerts.ts'

const minuteMs = 60_000

/** Whose report, and by which rule file. */
export type Played = { directory: string; rules?: string | undefined; report(message: string): void }

/** Hours of a shop come to the desk's alerts, as they would have come to a desk that ran; how its alerts stand then. */
export async function playShop(
  shop: Brewing,
  { directory, rules, report }: Played,
): Promise<Omit<AlertPage, 'notJudged'>> {
  let nowMs = shop.startMs
  const alerts = openDeskAlerts({
    ...{ path: rules, directory, env: {}, random: () => 0, now: () => nowMs, report },
  })
  alerts.begin('http://127.0.0.1:1')
  for (const lines of brewingMinutes(shop)) {
    nowMs += minuteMs
    await alerts.take([{ records: recordsOf(requestOf(lines), nowMs), arrivedUnixMs: nowMs }])
    await alerts.tick()
  }
  const page = await alerts.page()
  await alerts.close()
  return page
}
