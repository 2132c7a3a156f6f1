import { afterAll, beforeAll, test } from 'vitest'
import { expectChains } from '../../../scripts/examples/readme-chain.ts'
import { type Example, startExample } from '../../../scripts/examples/start-example.ts'
import { type Service, startRedisServer } from '../../../scripts/services.ts'

let redis: Service
let example: Example

beforeAll(async () => {
  // Of its own: jobs of others with the same queue wait in one that is shared.
  redis = await startRedisServer()
  example = await startExample('nest', { env: { REDIS_URL: redis.url } })
})
afterAll(async () => {
  await example?.stop()
  await redis?.stop()
})

test('orders at once are as many chains, from the controller over the queue to the processor and its second attempt', async () => {
  await expectChains('nest', example, {
    shown: ['POST /orders/ladder', 202],
    other: [
      'POST /orders/lantern',
      202,
      [
        'POST /orders/:item → 202  [orders]',
        '   INFO  order of a lantern received context=OrdersController',
        '   process payments (job …, attempt 1)  [orders]',
        '      INFO  charging the card for a lantern context=PaymentsProcessor',
        '      INFO  the lantern is paid context=PaymentsProcessor',
      ],
    ],
  })
})
