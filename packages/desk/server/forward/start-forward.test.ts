import { expect, test } from 'vitest'
import { startForward } from './start-forward.ts'

test('what is wrong with the address and with the headers is told together, and no secret with it', () => {
  const start = (): unknown =>
    startForward({
      endpoint: 'kafka://me:secret@host:9092?key=secret',
      headers: 'a=secret%,secret,ok=1',
      directory: undefined,
      report() {},
      tell() {},
    })
  expect(start).toThrow(
    new Error(
      [
        '--forward: "kafka://***@host:9092?key=***" is no address to send to; write http://host:4318, https://host, grpc://host:4317 or grpcs://host',
        'CLEW_DESK_FORWARD_HEADERS: the value of "a" is not percent-encoded; write % as %25',
        'CLEW_DESK_FORWARD_HEADERS: pair 2 has no name; write name=value',
      ].join('\n'),
    ),
  )
})
