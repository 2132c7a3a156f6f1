import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChainLog, ChainSpan } from '@clew/testing'
import { afterAll, afterEach, expect, test } from 'vitest'
import { type OrdersServices, startOrders } from '../../../scripts/demo/orders-services.ts'
import { hasGo } from '../../../scripts/go.ts'
import { jaegerVersion, startJaeger } from '../../../scripts/jaeger.ts'
import { startOpenSearch } from '../../../scripts/opensearch.ts'
import { startVictoriaLogs, victoriaLogsVersion } from '../../../scripts/victoria-logs.ts'
import { logsOfOpenSearch, logsOfVictoriaLogs, spansOfJaeger } from './backend-answers.ts'
import { blockOf, environmentOf, placed, printedOf, states } from './backends-guide.ts'
import { failedOrder, newTraceId, postOrder, rowsOf } from './order-chains.ts'

const canBuild = hasGo()
if (!canBuild && process.env.CI)
  throw new Error('VictoriaLogs and Jaeger are built by Go, which is not here: install go 1.26')
if (!canBuild)
  console.log('no Go: that chains arrive in the backends of the guide is not tried (install go 1.26)')

/** They are built once, which takes minutes. */
const withBuildMs = 900_000
const chainMs = 60_000
/** The trace id that stands in the guide. */
const anyTrace = '4bf92f3577b34da6a3ce929d0e0e4736'
const lineCount = failedOrder.filter((row) => /^ +(INFO|WARN|ERROR) /.test(row)).length

const folder = mkdtempSync(join(tmpdir(), 'clew-backends-'))
const started: { stop(): Promise<void> }[] = []
const keep = <T extends { stop(): Promise<void> }>(one: T): T => {
  started.push(one)
  return one
}
afterEach(async () => {
  for (const one of started.splice(0).toReversed()) await one.stop()
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What was run, as the table of the guide is to say it. */
const ran: Record<string, string> = {}

async function startExample(env: NodeJS.ProcessEnv): Promise<OrdersServices> {
  const services = keep(await startOrders('', { CLEW_QUIET: '1', REDIS_URL: '', ...env }))
  await services.up()
  return services
}

/** Waits for all rows of the order, as somebody finds them there. */
function isWhole(traceId: string, find: () => { spans: ChainSpan[]; logs: ChainLog[] }): Promise<void> {
  const rows = (): string[] => {
    const { spans, logs } = find()
    return rowsOf(traceId, spans, logs)
  }
  return expect.poll(rows, { timeout: chainMs, interval: 200 }).toEqual(failedOrder)
}

test.skipIf(!canBuild)(
  'of an order that fails VictoriaLogs and OpenSearch have each line and Jaeger each span, found by the trace id',
  async () => {
    const [victoriaLogs, jaeger, openSearch] = await Promise.all([
      startVictoriaLogs().then(keep),
      startJaeger().then(keep),
      startOpenSearch().then(keep),
    ])
    const victoriaPlace = { '127.0.0.1:9428': victoriaLogs.url.slice('http://'.length) }
    const filePlace = { '/var/log/shop/app.jsonl': join(folder, 'app.jsonl') }
    const services = await startExample({
      ...environmentOf(placed(blockOf('VictoriaLogs', 'sh', 'export'), victoriaPlace)),
      ...environmentOf(
        placed(blockOf('Jaeger', 'sh', 'export'), { '127.0.0.1:4318': `127.0.0.1:${jaeger.ports.http}` }),
      ),
      ...environmentOf(placed(blockOf('OpenSearch', 'sh', 'export'), filePlace)),
    })
    const traceId = newTraceId()
    await postOrder(services.apiUrl, 66.13, traceId)

    const tracePlace = { [anyTrace]: traceId }
    const askVictoriaLogs = placed(blockOf('VictoriaLogs', 'sh', 'curl'), {
      ...victoriaPlace,
      ...tracePlace,
    })
    const askJaeger = placed(blockOf('Jaeger', 'sh', 'curl'), {
      '127.0.0.1:16686': `127.0.0.1:${jaeger.ports.query}`,
      ...tracePlace,
    })
    const spans = (): ChainSpan[] => spansOfJaeger(printedOf(askJaeger))
    await isWhole(traceId, () => ({ spans: spans(), logs: logsOfVictoriaLogs(printedOf(askVictoriaLogs)) }))
    const streams = printedOf(askVictoriaLogs).match(/"_stream":"[^}]*}"/g)
    expect(new Set(streams)).toEqual(
      new Set(['api', 'worker', 'gateway'].map((name) => `"_stream":"{service.name=\\"orders-${name}\\"}"`)),
    )
    ran.VictoriaLogs = victoriaLogsVersion
    ran.Jaeger = jaegerVersion

    const inFile = (): number => readFileSync(join(folder, 'app.jsonl'), 'utf8').split(traceId).length - 1
    await expect.poll(inFile, { timeout: chainMs }).toBe(lineCount)
    const searchPlace = { '127.0.0.1:9200': openSearch.address }
    const loaded = printedOf(placed(blockOf('OpenSearch', 'sh', '_bulk'), { ...filePlace, ...searchPlace }))
    expect(JSON.parse(loaded)).toMatchObject({ errors: false })
    const askOpenSearch = placed(blockOf('OpenSearch', 'sh', '_search'), { ...searchPlace, ...tracePlace })
    await isWhole(traceId, () => ({ spans: spans(), logs: logsOfOpenSearch(printedOf(askOpenSearch)) }))
    const { version } = (await openSearch.call('GET', '/')) as { version: { number: string } }
    ran.OpenSearch = version.number
  },
  withBuildMs,
)

test.skipIf(!canBuild)('the guide says "run here" of what was run just now, and of nothing else', () => {
  const runHere = Object.entries(states).filter(([, state]) => !state.startsWith('configuration only ('))
  expect(Object.fromEntries(runHere)).toEqual(
    Object.fromEntries(Object.entries(ran).map(([name, version]) => [name, `run here: ${version}`])),
  )
})
