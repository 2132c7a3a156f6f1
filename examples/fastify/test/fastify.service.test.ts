import { afterAll, beforeAll, test } from 'vitest'
import { expectChains } from '../../../scripts/examples/readme-chain.ts'
import { type Example, startExample } from '../../../scripts/examples/start-example.ts'

let example: Example

beforeAll(async () => {
  example = await startExample('fastify', { ports: ['PORT', 'STOCK_PORT'] })
})
afterAll(() => example.stop())

test('orders at once are as many chains through shop and stock, with the lines of both and those of Fastify itself', async () => {
  const begins = (method: string, url: string): string =>
    `INFO  incoming request reqId=… req={"method":"${method}","url":"${url}","host":…`
  const ends = (status: number): string =>
    `INFO  request completed reqId=… res={"statusCode":${status}} responseTime=…`
  await expectChains('fastify', example, {
    shown: ['POST /orders/ladder', 502],
    other: [
      'POST /orders/lantern',
      202,
      [
        'POST /orders/:item → 202  [shop]',
        '   DELETE 127.0.0.1:…/shelves/lantern → 200  [shop]',
        '      DELETE /shelves/:item → 200  [stock]',
        `         ${begins('DELETE', '/shelves/lantern')}`,
        `         ${ends(200)}`,
        '         INFO  taken from the shelf reqId=… item=lantern',
        `   ${begins('POST', '/orders/lantern')}`,
        '   INFO  order accepted reqId=… item=lantern',
        '   INFO  order received reqId=… item=lantern',
        `   ${ends(202)}`,
      ],
    ],
  })
})
