import { describe, expect, test } from 'vitest'
import { startOtlpHttpReceiver } from '../src/receive/http.ts'
import { createCertificates } from './certificates.ts'
import { handlers, logsJson, send, server, start } from './http-rig.ts'

describe('listening', () => {
  test('TLS, and clients need a certificate when they are asked for one', async () => {
    const { ca, server: identity, client } = createCertificates()
    await start({ tls: identity })
    const plain = await send(logsJson, { tls: { ca } })
    await start({ tls: { ...identity, ca, requestCert: true } })
    const known = await send(logsJson, { tls: { ca, ...client } })
    const unknown = send(logsJson, { tls: { ca } })
    await expect(unknown).rejects.toThrow(/certificate required|ECONNRESET|socket hang up/)
    expect([server.url.slice(0, 18), plain.status, known.status]).toEqual(['https://127.0.0.1:', 200, 200])
  })

  test('closing ends requests that are still waiting for their answer', async () => {
    handlers.answer = new Promise(() => {})
    const called = new Promise<void>((resolve) => {
      const { logs } = handlers
      handlers.logs = (request, raw, call) => {
        resolve()
        return logs(request, raw, call)
      }
    })
    const waiting = expect(send(logsJson)).rejects.toThrow('socket hang up')
    await called
    await server.close()
    await waiting
  })

  test('a port that is taken rejects with the remedy, in the words of the caller', async () => {
    const { port } = server
    const settingNames = { host: '--host', port: '--port' }
    const problems = await Promise.all(
      [{}, { settingNames }].map((more) => startOtlpHttpReceiver({ handlers, port, ...more }).catch(String)),
    )
    const problem = `Error: port ${port} on 127.0.0.1 is in use, perhaps by another desk or a collector; end it, or choose another with`
    expect(problems).toEqual([`${problem} port`, `${problem} --port`])
    await expect(startOtlpHttpReceiver({ handlers, port })).rejects.toHaveProperty('code', 'EADDRINUSE')
  })
})
