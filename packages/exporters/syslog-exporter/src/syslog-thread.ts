import { hostname } from 'node:os'
import { isOtlpDecodeError } from '@clew/otlp'
import { serveBatches } from '@clew/pipeline/thread'
import { openSyslog } from './connection.ts'
import { syslogMessages } from './messages.ts'
import type { SyslogSettings } from './options.ts'

serveBatches<SyslogSettings>(async ({ data }) => {
  const connection = openSyslog(data)
  let turn: Promise<unknown> = Promise.resolve()
  return {
    // One after another: their order is kept.
    take(request) {
      const sent = turn.then(async () => {
        try {
          await connection.send(syslogMessages(request, data, hostname()))
          return { kind: 'accepted' } as const
        } catch (error) {
          if (isOtlpDecodeError(error))
            return { kind: 'refused', status: 'undecodable', message: error.message } as const
          return { kind: 'retry', reason: error instanceof Error ? error.message : String(error) } as const
        }
      })
      turn = sent
      return sent
    },
  }
})
