import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { bots, channelOf } from '../../test/bots.ts'
import { sampleAlert } from '../../test/sample.ts'
import { dingtalkSign } from './dingtalk.ts'
import { feishuSign } from './feishu.ts'

const sample = { alerts: [sampleAlert()] }
const context = { nowMs: 1_700_000_000_000, shrinks: 0 }

function requestOf(
  type: string,
  notice = sample,
): { url: string; headers: Record<string, string>; body: string } {
  const { map } = bots[type]!
  const [request] = channelOf('main', { type, ...map('http://127.0.0.1:9') }).render(notice, context)
  if (!request || !('url' in request)) throw new Error('no request of HTTP')
  return { ...request, headers: { ...request.headers } }
}

test('DingTalk signs milliseconds and secret with the secret, and each address only once', () => {
  expect(encodeURIComponent(dingtalkSign('SECdemo', 1_700_000_000_000))).toBe(
    'lOvVf9TQCVugV68mGbSZCg0gzOl1SVjxWi1MyVZCUuA%3D',
  )
  const channel = channelOf('main', { type: 'dingtalk', ...bots.dingtalk!.map('http://127.0.0.1:9') })
  const urls = [1, 2].map(() => (channel.render(sample, context)[0] as { url: string }).url)
  const signed =
    'http://127.0.0.1:9/robot/send?access_token=SECRET-KEY&timestamp=1700000000000&sign=lOvVf9TQCVugV68mGbSZCg0gzOl1SVjxWi1MyVZCUuA%3D'
  expect(urls).toEqual([signed, signed])
})

test('Feishu signs nothing with seconds and secret, in the body', () => {
  expect(feishuSign('demo', '1700000000')).toBe('8oT2n3SMKFfEnDoiwer8BUM/SjKLwe9SqoEIHlhDTKo=')
  const { timestamp, sign } = JSON.parse(requestOf('feishu').body)
  expect({ timestamp, sign }).toEqual({ timestamp: '1700000000', sign: feishuSign('demo', '1700000000') })
})

test('a webhook is signed as Standard Webhooks verifies it', () => {
  const { headers, body } = requestOf('webhook')
  const key = Buffer.from('U0VDUkVULUtFWQ==', 'base64')
  const mac = createHmac('sha256', key).update(`a1b2c3d4e5f60718.1700000000.${body}`).digest('base64')
  expect(headers).toEqual({
    'webhook-id': 'a1b2c3d4e5f60718',
    'webhook-timestamp': '1700000000',
    'webhook-signature': `v1,${mac}`,
  })
})

test('reminders and the end of an alert have an id of their own, so that no receiver takes them for doubles', () => {
  const alerts = [{ times: 3 }, { state: 'resolved' as const, times: 3 }].map((changes) =>
    sampleAlert(changes),
  )
  const ids = alerts.map((alert) => requestOf('webhook', { alerts: [alert] }).headers['webhook-id'])
  expect(ids).toEqual(['a1b2c3d4e5f60718.3', 'a1b2c3d4e5f60718.resolved'])
})
