import { setTimeout as delay } from 'node:timers/promises'
import { encodeLogsRequest, encodeTracesRequest } from '../../packages/otlp/src/encode/model-request.ts'
import { type BrewingOrders, createBrewingOrders } from './brewing-orders.ts'
import { askDesk, clockOf, createBrewingTeller } from './brewing-teller.ts'
import { startDemoChat } from './chat.ts'
import { startDemoDesk } from './demo-desk.ts'
import type { Keep } from './kafka-judges.ts'

/** How the slow failure is played. */
export type BrewingOptions = {
  seed: number
  /** So many times faster than it would happen. */
  speed: number
}

const minuteMs = 60_000
/** A rule of type `early` tells nothing before it has learnt for a day. */
const learnMs = 25 * 60 * minuteMs
const quietMs = 5 * minuteMs
const brewingMs = 12 * minuteMs
const downMs = 8 * minuteMs
/** Of the time of the orders in one request: a detector keeps four minutes open, and waits one for what is late. */
const mostLearntAtOnceMs = 2 * minuteMs
const mostAtOnceMs = minuteMs
const everyMs = 250

type Say = (text: string) => void

/**
 * Starts a desk, sends it a day of orders and then those of a bank that goes down slowly, and says what the desk finds as it finds it.
 * Gives the link to its page.
 */
export async function showBrewing({ seed, speed }: BrewingOptions, keep: Keep, say: Say): Promise<string> {
  const chat = keep(await startDemoChat())
  const { url } = keep(await startDemoDesk(chat.url, { alertTime: 'records' }))
  say(`desk on ${url}, which goes by the time that lines and spans carry`)
  const endMs = Math.floor(Date.now() / minuteMs) * minuteMs
  const bankDownMs = endMs - downMs
  const brewsMs = bankDownMs - brewingMs
  const playsMs = brewsMs - quietMs
  const startMs = playsMs - learnMs
  const orders = createBrewingOrders({ seed, startMs, brewsMs, downMs: bankDownMs })
  say(
    `the orders of ${learnMs / 3_600_000} hours until ${clockOf(playsMs)} UTC are sent at once, that it learns what is usual (--seed ${seed})`,
  )
  await sendHistory(url, orders, startMs, playsMs)
  const teller = createBrewingTeller(url, say)
  const { series, found } = await teller.learnt()
  say(`it follows ${series} series, warnings of those hours: ${found}`)
  say(
    `from here on time runs ${speed} times faster, a minute in ${(60 / speed).toFixed(1)} s; the page: ${url}/alerts`,
  )
  const acts: Act[] = [
    { atMs: brewsMs, text: 'the bank begins to be slow: ever more attempts fail and are tried again' },
    { atMs: bankDownMs, text: 'the bank is down: no attempt succeeds' },
  ]
  await play({ url, orders, fromMs: playsMs, toMs: endMs, speed, acts }, teller, say)
  teller.end()
  return `${url}/alerts`
}

type Act = { atMs: number; text: string }
type Scene = {
  url: string
  orders: BrewingOrders
  fromMs: number
  toMs: number
  speed: number
  acts: readonly Act[]
}

/** Until all was told, or the time is over. Where the desk is slower time is, too. */
async function play(scene: Scene, teller: ReturnType<typeof createBrewingTeller>, say: Say): Promise<void> {
  const { url, orders, fromMs, toMs, speed, acts } = scene
  const beganMs = performance.now()
  let nowMs = fromMs
  while (nowMs < toMs && !teller.isDone()) {
    await delay(Math.max(0, beganMs + (nowMs - fromMs) / speed + everyMs - performance.now()))
    const dueMs = fromMs + (performance.now() - beganMs) * speed
    const beforeMs = nowMs
    nowMs = Math.min(toMs, nowMs + mostAtOnceMs, dueMs)
    for (const { atMs, text } of acts) if (atMs > beforeMs && atMs <= nowMs) say(`${clockOf(atMs)} ${text}`)
    await send(url, orders, nowMs)
    await teller.tell()
  }
  const tookMs = performance.now() - beganMs
  const [minutes, seconds] = [Math.round((nowMs - fromMs) / minuteMs), Math.round(tookMs / 1000)]
  say(`${minutes} minutes went by in ${seconds} s, ${Math.round((nowMs - fromMs) / tookMs)} times faster`)
}

/** The desk has judged what came before it is given more. */
async function sendHistory(url: string, orders: BrewingOrders, fromMs: number, toMs: number): Promise<void> {
  let requests = 0
  for (let ms = fromMs; ms < toMs; ) {
    ms = Math.min(toMs, ms + mostLearntAtOnceMs)
    await send(url, orders, ms)
    if (++requests % 30 === 0) await askDesk(url, '/api/warnings?limit=1')
  }
}

async function send(url: string, orders: BrewingOrders, toMs: number): Promise<void> {
  const { logs, spans } = orders.until(toMs)
  await Promise.all([
    post(`${url}/v1/logs`, encodeLogsRequest(logs)),
    post(`${url}/v1/traces`, encodeTracesRequest(spans)),
  ])
}

async function post(url: string, body: Buffer): Promise<void> {
  const headers = { 'content-type': 'application/x-protobuf' }
  const response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) })
  const { length } = await response.bytes()
  // A partial success says what was refused.
  if (!response.ok || length > 0)
    throw new Error(`${url} did not take all: ${response.status}, ${length} bytes`)
}
