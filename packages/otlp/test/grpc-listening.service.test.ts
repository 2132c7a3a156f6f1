import { describe, expect, test } from 'vitest'
import { createCertificates } from './certificates.ts'
import { call, connectAgain, framed, handlers, logs, server, start } from './grpc-rig.ts'

describe('listening', () => {
  test('TLS, and clients need a certificate when they are asked for one', async () => {
    const { ca, server: identity, client } = createCertificates()
    await start({ tls: identity }, { ca })
    const plain = await call([framed(logs)])
    await start({ tls: { ...identity, ca, requestCert: true } }, { ca, ...client })
    const known = await call([framed(logs)])
    expect([plain.status, known.status]).toEqual(['0', '0'])
    connectAgain({ ca })
    await expect(call([framed(logs)])).rejects.toThrow(
      /certificate required|ECONNRESET|cancel|destroyed|closed/,
    )
  })

  test('closing ends calls that are still waiting for their answer', async () => {
    handlers.answer = new Promise(() => {})
    const called = new Promise<void>((resolve) => {
      const { logs } = handlers
      handlers.logs = (request, raw, call) => {
        resolve()
        return logs(request, raw, call)
      }
    })
    const waiting = expect(call([framed(logs)])).rejects.toThrow('closed without an answer')
    await called
    await server.close()
    await waiting
  })
})
