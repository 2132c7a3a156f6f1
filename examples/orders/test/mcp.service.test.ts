import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectMcp, eras, ways } from '../../../packages/cli/test/mcp-client.ts'
import { type DemoDesk, startDemoDesk } from '../../../scripts/demo/demo-desk.ts'
import { type OrdersServices, startOrders } from '../../../scripts/demo/orders-services.ts'
import { postOrder } from './order-chains.ts'

let desk: DemoDesk
let services: OrdersServices

beforeAll(async () => {
  desk = await startDemoDesk('http://127.0.0.1:1/?key=none')
  services = await startOrders(desk.url, { CLEW_QUIET: '1', REDIS_URL: '' })
  await services.up()
  for (const amount of [42, 66.13, 5]) await postOrder(services.apiUrl, amount)
  await desk.failedChain()
}, 120_000)
afterAll(async () => {
  await services.stop()
  await desk.stop()
})

test.each(ways.flatMap((way) => eras.map((era) => ({ way, era }))))(
  'a client of $era over $way finds why an order failed in two calls, with nothing known before',
  async ({ way, era }) => {
    const mcp = await connectMcp(way, era, desk.url)
    const listed = await mcp.call('list_chains', { failed: true, limit: 1 })
    const [, traceId] = /trace_id=([0-9a-f]{32})/.exec(listed.text)!
    const { text } = await mcp.call('get_chain', { trace_id: traceId })
    const [, cause = ''] = /^root cause: (.*)$/m.exec(text)!
    expect(cause).toContain('orders-gateway')
    expect(text).toMatch(/WARN +the bank does not answer orderId=\d+ amount=66\.13/)
    expect(text).toContain(`${desk.url}/t/${traceId}?span=`)
    await mcp.close()
  },
)

test.each(ways.flatMap((way) => eras.map((era) => ({ way, era }))))(
  'a client of $era over $way is told by the others what belongs to it',
  async ({ way, era }) => {
    const mcp = await connectMcp(way, era, desk.url)
    const say = async (name: string, given: object = {}): Promise<string> =>
      (await mcp.call(name, { ...given })).text
    expect(await say('search_logs', { q: 'level>=warn "bank does not answer"' })).toContain(
      '[orders-gateway]',
    )
    expect(await say('list_patterns', { kind: 'new' })).toContain('the bank does not answer')
    expect(await say('list_alerts')).toMatch(/\d rules in force/)
    const health = await say('doctor')
    for (const service of ['orders-api', 'orders-worker', 'orders-gateway'])
      expect(health).toMatch(new RegExp(`^${service}: \\d+ spans`, 'm'))
    await mcp.close()
  },
)
