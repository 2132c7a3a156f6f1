import { parseArgs } from 'node:util'
import { showBrewing } from './demo/brewing.ts'
import { type DemoChat, startDemoChat } from './demo/chat.ts'
import { type DemoDesk, startDemoDesk } from './demo/demo-desk.ts'
import { type Keep, kafkaEnvironment, startJudges, startTopic } from './demo/kafka-judges.ts'
import { describeKept, goodOrders, requireShare, startKeeping } from './demo/keep-share.ts'
import { openBrowser } from './demo/open-browser.ts'
import { type OrdersServices, startOrders } from './demo/orders-services.ts'
import { showPythonChain } from './demo/python-chain.ts'

const usualSpeed = 40
const usage = `npm run demo [-- options]

Starts the orders example (API, payments worker, payment gateway, PostgreSQL) and a desk with alert rules, sends four orders,
prints the call chain of one that fails and the alert that the failures are, and opens the chain in the browser. Then it
waits for more orders until Ctrl-C.

  --kafka     the log records go through Kafka as well, and two processes of \`clew alert run\` judge them, with a Redis; both are
              started here (Java 17, Maven and redis-server on the PATH; the first time fetches 44 MB)
  --keep 1%   this share of INFO and of traces is sent, and the chains that fail whole; what waits for that is told over a Redis, which
              is started here (redis-server on the PATH). ${goodOrders} more orders go well
  --python    another example: a shop in Node.js and its stock in Python, with Flask, Celery and BullMQ, and one chain through both
              (Python 3.10 with venv, and redis-server on the PATH; the first time pip fetches 30 MB)
  --brewing   instead of all that: a slow failure in about a minute. A day of orders is sent to a desk, then retries grow until the bank
              is down, ${usualSpeed} times faster than it would be; what is printed and shown is what the desk finds: warning, failure, lead time
  --speed 40  with --brewing: how many times faster, up to 1000
  --seed 7    with --brewing: the same orders again
  --no-open   only prints the link
  --once      ends after the first chain (also when there is no terminal)
  --help      this text`

const orders: [Order, ...Order[]] = [
  { item: 'a ball of thread', amount: 42 },
  { item: 'a map of the labyrinth', amount: 66.13 },
  { item: 'a lantern', amount: 19.13 },
  { item: 'a sword', amount: 120.13 },
]

type Order = { item: string; amount: number }

const patienceMs = 120_000

function say(text: string): void {
  console.log(`[demo] ${text}`)
}

async function sendOrder(apiUrl: string, order: Order): Promise<number> {
  const response = await fetch(`${apiUrl}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  })
  await response.text()
  return response.status
}

async function sendOrders({ apiUrl }: OrdersServices, good: number): Promise<void> {
  for (let count = 0; count < good; count++) await sendOrder(apiUrl, orders[0])
  if (good > 0) say(`${good} times POST /orders ${JSON.stringify(orders[0])}`)
  for (const order of orders) say(`POST /orders ${JSON.stringify(order)} → ${await sendOrder(apiUrl, order)}`)
}

/** Sends the orders and resolves with the link to the chain of one that fails. */
async function showChain(
  desk: DemoDesk,
  chat: DemoChat,
  services: OrdersServices,
  isSampled: boolean,
): Promise<string> {
  await services.up()
  await sendOrders(services, isSampled ? goodOrders : 0)
  const traceId = await desk.failedChain()
  say(`an order that failed, trace ${traceId}:\n`)
  console.log(await desk.chainAsText(traceId))
  say('three failures within five minutes are an alert; what the chat got:\n')
  console.log(await chat.firstMessage(patienceMs))
  if (isSampled) say(await describeKept(desk, services))
  return `${desk.url}/t/${traceId}`
}

type Flags = {
  once?: boolean
  'no-open'?: boolean
  kafka?: boolean
  python?: boolean
  keep?: string
  brewing?: boolean
  speed?: string
  seed?: string
}

/** Starts everything, what is asked before those who ask it. */
async function startAll(
  keep: Keep,
  isKafka: boolean,
  share: string | undefined,
): Promise<[DemoDesk, DemoChat, OrdersServices]> {
  const chat = keep(await startDemoChat())
  const desk = keep(await startDemoDesk(isKafka ? undefined : chat.url))
  say(`desk on ${desk.url}`)
  const kafkaUrl = isKafka ? await startTopic(keep, say) : undefined
  if (kafkaUrl !== undefined) await startJudges(keep, { kafkaUrl, chatUrl: chat.url, deskUrl: desk.url }, say)
  say('starting PostgreSQL, API, worker and gateway')
  const overrides = {
    ...(kafkaUrl !== undefined && kafkaEnvironment(kafkaUrl)),
    ...(share !== undefined && (await startKeeping(share, keep))),
  }
  return [desk, chat, keep(await startOrders(desk.url, overrides))]
}

async function run(flags: Flags, keep: Keep, interrupted: Promise<void>): Promise<void> {
  if (flags.brewing) return runBrewing(flags, keep, interrupted)
  if (flags.python) return runPython(flags, keep, interrupted)
  const isKafka = flags.kafka === true
  const share = flags.keep === undefined ? undefined : requireShare(flags.keep)
  const [desk, chat, services] = await startAll(keep, isKafka, share)
  const link = await showChain(desk, chat, services, share !== undefined)
  say(`the same in the page: ${link}${isKafka ? '' : ` and ${desk.url}/alerts`}`)
  await stay(flags, link, more('{"item":"x","amount":5}', services.apiUrl), interrupted)
}

async function runPython(flags: Flags, keep: Keep, interrupted: Promise<void>): Promise<void> {
  const shown = await showPythonChain(keep, say)
  if (shown === undefined) return
  say(`the same in the page: ${shown.link}`)
  await stay(flags, shown.link, more('{"item":"ladder"}', shown.shopUrl), interrupted)
}

async function runBrewing(flags: Flags, keep: Keep, interrupted: Promise<void>): Promise<void> {
  const speed = requireNumber('--speed', flags.speed ?? String(usualSpeed), 1, 1_000)
  const seed = requireNumber('--seed', flags.seed ?? String(Date.now() % 100_000), 0, 2 ** 31)
  const link = await showBrewing({ seed, speed }, keep, say)
  say(`the same in the page: ${link}`)
  await stay(flags, link, undefined, interrupted)
}

/** Throws with the remedy. */
function requireNumber(option: string, text: string, least: number, most: number): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new Error(`${option} ${text}: write a whole number from ${least} to ${most}`)
}

const more = (order: string, url: string): string =>
  `curl -X POST -H 'content-type: application/json' -d '${order}' ${url}/orders`

/** Until Ctrl-C, where somebody is there to press it. */
async function stay(
  flags: Flags,
  link: string,
  more: string | undefined,
  interrupted: Promise<void>,
): Promise<void> {
  if (flags.once) return
  if (!process.stdout.isTTY) return say('this is no terminal: it ends here')
  if (!flags['no-open']) openBrowser(link)
  if (more !== undefined) say(`more: ${more}`)
  say('Ctrl-C ends everything')
  await interrupted
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      ...{ once: { type: 'boolean' }, 'no-open': { type: 'boolean' }, kafka: { type: 'boolean' } },
      ...{ keep: { type: 'string' }, python: { type: 'boolean' } },
      ...{ brewing: { type: 'boolean' }, speed: { type: 'string' }, seed: { type: 'string' } },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return console.log(usage)
  const stops: (() => Promise<void>)[] = []
  let isOver = false
  const keep: Keep = (started) => {
    stops.push(() => started.stop())
    if (!isOver) return started
    // It was being started when somebody interrupted.
    void stopAll(stops)
    throw new Error('interrupted')
  }
  const interrupted = untilInterrupted()
  try {
    await Promise.race([run(values, keep, interrupted), interrupted])
  } finally {
    isOver = true
    say('stopping')
    await stopAll(stops)
  }
}

/** The last that was started first. */
async function stopAll(stops: (() => Promise<void>)[]): Promise<void> {
  for (let stop = stops.pop(); stop; stop = stops.pop()) await stop()
}

let code = 0
try {
  await main()
} catch (error) {
  console.error(`[demo] ${error instanceof Error ? error.message : error}`)
  code = 1
}
process.exitCode = code
