import { afterAll, beforeAll, test } from 'vitest'
import { expectChains } from '../../../scripts/examples/readme-chain.ts'
import { type Example, startExample } from '../../../scripts/examples/start-example.ts'

let example: Example

beforeAll(async () => {
  example = await startExample('koa')
})
afterAll(() => example.stop())

test('orders at once are as many chains, from the order to its price', async () => {
  await expectChains('koa', example, {
    shown: ['POST /orders/sword', 409],
    other: [
      'POST /orders/lantern',
      202,
      [
        'POST /orders/:item → 202  [orders]',
        '   GET 127.0.0.1:…/prices/lantern → 200  [orders]',
        '      GET /prices/:item → 200  [orders]',
        '         INFO  price found item=lantern',
        '   INFO  order accepted item=lantern price=70',
        '   INFO  order received item=lantern',
      ],
    ],
  })
})
