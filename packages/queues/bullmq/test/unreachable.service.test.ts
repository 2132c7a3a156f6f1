import { expect, test } from 'vitest'
import { freePort } from '../../../../scripts/services.ts'
import { log, request, until } from './request.ts'
import { openRig } from './rig.ts'
import type { TargetName } from './targets.ts'

test.each<TargetName>(['6.7 on Redis', '5.81', '5.21'])(
  'on %s an unreachable server is in no request’s context, whoever made the objects',
  async (name) => {
    const connection = { host: '127.0.0.1', port: await freePort(), retryStrategy: () => null }
    const rig = await openRig(name, {}, undefined, connection)
    const { target, logs } = rig
    const all = until(
      () =>
        new Set(logs.logs.map(({ body }) => body).filter((body) => String(body).endsWith(name))).size === 3,
    )
    await request('maker', async () => {
      const watch = (body: string) => () => {
        log(`${body} ${name}`)
        all.look()
      }
      target.queue('unreachable').on('error', watch('queue'))
      target.worker('unreachable', async () => {}).on('error', watch('worker'))
      target.queueEvents('unreachable').on('error', watch('events'))
    })
    await all.done
    expect(
      logs.logs.filter(({ traceId, attributes }) => traceId !== undefined || attributes.request_id),
    ).toEqual([])
    // What cannot be reached cannot always be closed; it may go on and fail in the other tests of this file.
    await rig.close().catch(() => {})
  },
)
