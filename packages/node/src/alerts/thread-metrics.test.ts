import { listMeters } from '@clew/core'
import type { Metric } from '@clew/otlp/metrics-text'
import { expect, test } from 'vitest'
import { showMetrics, tellMetrics } from './thread-metrics.ts'

const lines = (values: Readonly<Record<string, number>>): Metric => ({
  ...{ name: 'lines_total', kind: 'counter', help: 'Lines.' },
  values: Object.entries(values).map(([pattern, value]) => ({ labels: { pattern }, value })),
})
const seconds = (value: number): Metric => ({
  ...{ name: 'logalert_evaluation_seconds_total', kind: 'counter', help: 'Time.' },
  values: [{ labels: {}, value }],
})

test('what the thread tells is shown, and what it no longer has is shown no longer', async () => {
  const shared = { channel: 'test of thread metrics', evaluated: new SharedArrayBuffer(8) }
  showMetrics(shared)
  const { tell } = tellMetrics(shared)
  const port = new BroadcastChannel(shared.channel)
  let messages = 0
  port.onmessage = () => messages++
  const shown = (): string =>
    listMeters()
      .filter(({ name }) => /^lines_total|_seconds_total$/.test(name))
      .flatMap(({ read }) => read().map(({ labels, value }) => `${labels.pattern ?? 'time'} ${value}`))
      .join(', ')
  const turns: [Metric[], string][] = [
    [[lines({ a: 1, b: 2 }), seconds(1)], 'a 1, b 2, time 1'],
    // Time alone wakes nobody, and comes with the next.
    [[lines({ a: 1, b: 2 }), seconds(2)], 'a 1, b 2, time 1'],
    [[lines({ a: 5, b: 2 }), seconds(3)], 'a 5, b 2, time 3'],
    [[lines({ b: 2, c: 1 }), seconds(4)], 'b 2, c 1, time 4'],
    // While the state is away some are not known.
    [[seconds(5)], 'b 2, c 1, time 4'],
    [[lines({ a: 6, b: 2, c: 1 }), seconds(6)], 'b 2, c 1, a 6, time 6'],
    [[lines({}), seconds(7)], 'time 7'],
  ]
  for (const [metrics, wanted] of turns) {
    tell(metrics)
    await expect.poll(shown).toBe(wanted)
  }
  await expect.poll(() => messages).toBe(5)
  port.close()
})
