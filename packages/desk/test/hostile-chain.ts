import type { Sample } from './sample-traffic.ts'

const server = 2
const client = 3
const producer = 4
const consumer = 5
const dayMs = 86_400_000

/** What a page that shows chains finds hard, all in one: 30 services, very long names, spans without length, a job that waited for days, a clock that differs. */
export function hostileChain(): Sample {
  const long = 'a-name-that-somebody-made-of-every-word-there-was-'.repeat(8)
  const calls = Array.from({ length: 28 }, (_, i) => ({
    id: `call${i}`,
    parent: i % 7 === 0 ? 'req' : `call${i - 1}`,
    name: i % 3 === 0 ? `GET /${long}/${i}` : `GET /thing/${i}`,
    service: `service-${String(i).padStart(2, '0')}`,
    kind: server,
    at: 2 + i * 9,
    ms: i % 5 === 0 ? 0 : 200 - i * 7,
  }))
  return {
    spans: [
      {
        id: 'req',
        name: `POST /checkout?${'and=so&it=goes&on=and&'.repeat(20)}`,
        service: 'a-gateway-with-a-name-that-fits-into-no-column-of-any-table-at-all',
        kind: server,
        at: 0,
        ms: 420,
        attributes: { 'a.long.value': 'x'.repeat(5_000), 'a.list': `${'item, '.repeat(400)}end` },
      },
      ...calls,
      { id: 'far', parent: 'req', name: 'POST', service: 'service-01', kind: client, at: 300, ms: 80 },
      // Its clock is four seconds behind.
      { id: 'rates', parent: 'far', name: 'POST /rates', service: 'rates', kind: server, at: -3_690, ms: 40 },
      {
        id: 'send',
        parent: 'req',
        name: 'send mails',
        service: 'service-02',
        kind: producer,
        at: 410,
        ms: 4,
        attributes: { 'messaging.destination.name': 'mails' },
      },
      ...[1, 2].map((attempt) => ({
        id: `job${attempt}`,
        parent: 'send',
        name: 'process mails',
        service: 'mailer',
        kind: consumer,
        at: 3 * dayMs + attempt * 900,
        ms: attempt === 1 ? 300 : 500,
        ...(attempt === 1 && { error: `the mailer gave up: ${'because '.repeat(60)}` }),
        attributes: {
          'messaging.destination.name': 'mails',
          'messaging.message.id': 'm-1',
          'bullmq.job.attempt': attempt,
        },
      })),
    ],
    logs: [
      {
        span: 'req',
        service: 'another-service',
        at: 1,
        text: `order received ${'with a long tail '.repeat(30)}`,
      },
      {
        span: 'call4',
        service: 'service-04',
        at: 50,
        text: '库存不足，需要人工处理'.repeat(12),
        severity: 13,
      },
      {
        span: 'job1',
        service: 'mailer',
        at: 3 * dayMs + 1_000,
        text: 'the mail cannot be sent',
        severity: 17,
        attributes: {
          'exception.type': 'Error',
          'exception.message': 'no route',
          'error.body': 'y'.repeat(3_000),
        },
      },
    ],
  }
}
