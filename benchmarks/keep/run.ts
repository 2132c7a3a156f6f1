import { parseArgs } from 'node:util'
import { formatTable } from './format-table.ts'
import { type Measured, measureWay } from './measure-way.ts'
import { waysOf } from './ways.ts'

const usage = `node benchmarks/keep/run.ts [options] [way…]

Three services (an API, a BullMQ worker, and a service that it asks) under load, each way a run of its own:

  bare    without Clew
  all     with the preload, each line sent
  keep    INFO at 1 %, the chains of orders that fail whole
  cut     the same while no service reaches the bus for some seconds
  storm   the same while every second order fails and each process may release ten chains a second

  --rate N      orders a second, 2000; 0: as many as the services can do
  --seconds N   how long, 60
  --cut N       seconds without the bus, 5

Needs REDIS_URL or a redis-server on the PATH. CLEW_HOLD_BYTES and the like are handed on.`

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...{ rate: { type: 'string', default: '2000' }, seconds: { type: 'string', default: '60' } },
      ...{ cut: { type: 'string', default: '5' }, help: { type: 'boolean' } },
    },
  })
  if (values.help) return console.log(usage)
  const [rate, seconds, cut] = [values.rate, values.seconds, values.cut].map(Number) as [
    number,
    number,
    number,
  ]
  const ways = waysOf(cut)
  const unknown = positionals.filter((name) => !ways.some((way) => way.name === name))
  if (unknown.length > 0) throw new Error(`no way named ${unknown.join(', ')}\n\n${usage}`)
  const chosen = positionals.length === 0 ? ways : ways.filter(({ name }) => positionals.includes(name))
  const measured: Measured[] = []
  for (const way of chosen) {
    console.error(`[keep] ${way.name}, ${rate || 'as many as it can'} orders a second for ${seconds} s`)
    try {
      measured.push(await measureWay(way, { rate, seconds, warmUpSeconds: 5 }))
    } catch (error) {
      complain(`${way.name}: ${error instanceof Error ? error.message : error}`)
    }
  }
  console.log(formatTable(measured))
}

function complain(text: string): void {
  console.error(`[keep] ${text}`)
  process.exitCode = 1
}

try {
  await main()
} catch (error) {
  complain(error instanceof Error ? error.message : String(error))
}
