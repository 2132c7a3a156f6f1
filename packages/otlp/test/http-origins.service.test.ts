import { describe, expect, test } from 'vitest'
import { logsJson, type Reply, send, start } from './http-rig.ts'

describe('pages of other origins', () => {
  const origin = 'http://localhost:3000'
  const cors = ({ status, headers }: Reply) => [
    status,
    headers['access-control-allow-origin'],
    headers['access-control-allow-headers'],
  ]
  const preflight = (from: string) =>
    send('', {
      method: 'OPTIONS',
      headers: { origin: from, 'access-control-request-method': 'POST' },
    })

  test('an origin that is allowed is told so, before its token and with every answer', async () => {
    await start({ corsOrigins: [origin], token: 'sesame' })
    const posts = await Promise.all([
      send(logsJson, { headers: { origin, 'x-api-key': 'sesame' } }),
      send(logsJson, { headers: { origin } }),
    ])
    expect([await preflight(origin), ...posts].map(cors)).toEqual([
      [204, origin, 'authorization, content-encoding, content-type, x-api-key'],
      [200, origin, undefined],
      [401, origin, undefined],
    ])
  })

  test('any other origin is told nothing', async () => {
    await start({ corsOrigins: [origin] })
    const replies = [
      await preflight('http://localhost:3001'),
      await preflight('null'),
      await send(logsJson, { headers: { origin: 'https://evil.example' } }),
    ]
    expect(replies.map(cors)).toEqual([
      [405, undefined, undefined],
      [405, undefined, undefined],
      [200, undefined, undefined],
    ])
  })
})
