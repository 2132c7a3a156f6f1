import type { Alert, AlertLine } from '../src/alert.ts'

const startMs = Date.UTC(2026, 10, 29, 2, 1, 7, 123)

function line(at: number, text: string): AlertLine {
  const traceId = `4bf92f3577b34da6a3ce929d0e0e47${String(10 + at)}`
  const unixMs = startMs + at * 56_000
  return { unixMs, severityNumber: 17, service: 'checkout', text, traceId, spanId: '00f067aa0ba902b7' }
}

/** Retries grow, ten minutes before the bank is down. */
export function sampleWarning(changes: Partial<Alert> = {}): Alert {
  const sinceUnixMs = Math.floor(startMs / 60_000) * 60_000
  const retries = {
    of: 'template',
    id: '156175259397133',
    name: 'payment of order <*> is tried again',
  } as const
  const waits = { of: 'queue', id: 'mail', name: 'mail', field: 'wait', kind: 'higher' } as const
  return sampleAlert({
    ...{ rule: 'early', severity: 'warning', group: { service: 'checkout' }, description: '', runbook: '' },
    observation: {
      ...{ type: 'early', value: 0.93, limit: 0.7, windowMs: 0 },
      warning: {
        ...{ id: '6fe6d46eadf85ce2', sinceUnixMs, services: ['checkout', 'mailer'], found: 4, sure: 0.93 },
        changes: [
          {
            ...{ ...retries, kind: 'more', service: 'checkout', field: '', sinceUnixMs },
            ...{ now: 15, usual: 1.52, sigmas: 7.4 },
          },
          {
            ...{ ...waits, service: 'mailer', sinceUnixMs: sinceUnixMs + 120_000 },
            ...{ now: 1843, usual: 20.4, sigmas: 6.1 },
          },
          {
            ...{ of: 'span', id: 'charge', name: 'charge', kind: 'silent', service: 'checkout', field: '' },
            ...{ sinceUnixMs: sinceUnixMs + 180_000, now: 0, usual: 31, sigmas: 6 },
          },
        ],
        precedent: { times: 3, failures: 2, failure: 'payment of order <*> failed', minutesLater: 11 },
      },
    },
    lines: [0, 1, 2].map((at) => line(at, `payment of order ${8812 + at} is tried again`)),
    ...changes,
  })
}

/** Three payments failed, told to a person who was asleep. */
export function sampleAlert(changes: Partial<Alert> = {}): Alert {
  return {
    id: 'a1b2c3d4e5f60718',
    rule: 'payment-failed-500',
    severity: 'critical',
    state: 'firing',
    atUnixMs: startMs + 4 * 56_000,
    sinceUnixMs: startMs + 4 * 56_000,
    times: 1,
    group: { service: 'checkout' },
    observation: { type: 'frequency', value: 5, limit: 3, windowMs: 300_000 },
    lines: [
      line(0, 'payment_failed status=500 order=8812 amount=199.00'),
      line(1, 'payment_failed status=500 order=8815 amount=20.00'),
      line(2, 'payment_failed status=500 order=8821 amount=1,280.00'),
      line(3, '支付失败 status=500 order=8830 银行返回: "timeout" 😵'),
      line(4, 'payment_failed status=500 order=8834 amount=64.50'),
    ],
    description: 'The bank refuses payments. Look at the chain first.',
    runbook: 'https://wiki.example.com/runbooks/payments',
    notify: ['wecom-pay'],
    ...changes,
  }
}
