import { afterAll, beforeAll, test } from 'vitest'
import { expectChains } from '../../../scripts/examples/readme-chain.ts'
import { type Example, startExample } from '../../../scripts/examples/start-example.ts'
import { type Service, startRedisServer } from '../../../scripts/services.ts'

let redis: Service
let example: Example

beforeAll(async () => {
  redis = await startRedisServer()
  example = await startExample('hono', { env: { REDIS_URL: redis.url } })
})
afterAll(async () => {
  await example?.stop()
  await redis?.stop()
})

test('orders at once are as many chains, from the request to Redis', async () => {
  await example.ask('PUT /sold-out/sword')
  await expectChains('hono', example, {
    shown: ['POST /orders/lantern', 202],
    other: [
      'POST /orders/sword',
      409,
      [
        'POST /orders/:item → 409  [orders]',
        '   EXISTS  [orders]',
        '   INFO  order received item=sword',
        '   WARN  sold out item=sword',
      ],
    ],
  })
})
