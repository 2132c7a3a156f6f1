import type { Alert, AlertLine } from '../src/alert.ts'

const startMs = Date.UTC(2026, 10, 29, 2, 1, 7, 123)

function line(at: number, text: string): AlertLine {
  const traceId = `4bf92f3577b34da6a3ce929d0e0e47${String(10 + at)}`
  const unixMs = startMs + at * 56_000
  return { unixMs, severityNumber: 17, service: 'checkout', text, traceId, spanId: '00f067aa0ba902b7' }
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
