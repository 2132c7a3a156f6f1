import { expect, test } from 'vitest'
import { sampleAlert } from '../../test/sample.ts'
import type { Alert } from '../alert.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import type { AlertStore } from '../store/store.ts'
import { createDelivery } from './delivery.ts'

/** A store with so many alerts in its outbox, and what it was told is done; `refusals` of those calls fail first. */
async function startDelivery(count: number, refusals = 0) {
  const memory = createMemoryStore(() => 0)
  const alerts = Array.from({ length: count }, (_, at) => sampleAlert({ id: `a${at}`, notify: ['main'] }))
  const nothing = { span: undefined, clocks: new Map(), cells: [], decisions: [], counts: new Map() }
  await memory.commit({ ...nothing, alerts })
  const told: number[] = []
  const store: AlertStore = {
    ...memory,
    async done(tokens) {
      told.push(tokens.length)
      if (told.length <= refusals) throw new Error('away')
      await memory.done(tokens)
    },
  }
  const [notified, reports]: [Alert[], string[]] = [[], []]
  const delivery = createDelivery(
    store,
    (alert) => notified.push(alert),
    (message) => reports.push(message),
  )
  const waiting = async () => (await memory.size()).waiting
  return { delivery, told, notified, reports, waiting }
}

test('however many alerts one batch brings, all are handed on at once, and done in one call', async () => {
  const { delivery, told, notified, waiting } = await startDelivery(250)
  await delivery.pump()
  expect(notified.map(({ id }) => id)).toEqual(Array.from({ length: 250 }, (_, at) => `a${at}`))
  for (const alert of notified) delivery.sent(alert, 'main')
  await delivery.pump()
  expect([told, await waiting()]).toEqual([[250], 0])
})

test('a store that is away when something was sent is told again, so that nobody sends it twice; it is said once', async () => {
  const { delivery, told, notified, reports, waiting } = await startDelivery(3, 2)
  await delivery.pump()
  delivery.sent(notified[0]!, 'main')
  await delivery.hold()
  delivery.sent(notified[1]!, 'main')
  await delivery.hold()
  await delivery.hold()
  expect([told, await waiting()]).toEqual([[1, 2, 2], 1])
  expect(reports).toEqual(['the store was not told what was sent: away; it is told again'])
})
