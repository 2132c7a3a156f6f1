// <port> <rate>: asks for orders at that rate on keep-alive connections, as long as fewer than `mostOpen` chains are under way:
// beyond that the services can do no more, and a queue that grows without end would tell nothing else. Rate 0: as many as
// that lets through. Told how many jobs are done it goes on; told { end } it stops and tells what it sent.
import { connect, type Socket } from 'node:net'
import { failureOf, type Orders } from './orders.ts'

const [port, rate] = process.argv.slice(2).map(Number) as [number, number]
const connections = 64
const mostOpen = 1_000
const tickMs = 2

export type ToSender =
  /** From now on this share of the orders fails. */
  { readonly begin: number } | { readonly worked: number } | { readonly end: true }
export type Sent = {
  /** Those that may fail, up to now. */
  readonly orders: Orders
  readonly answered: number
  /** Asked and not answered yet. */
  readonly open: number
  readonly cpuUs: number
  readonly refused: readonly string[]
}

const isFree: Socket[] = []
let orders: Orders = { first: 0, end: 0, failing: 0 }
let beganMs = performance.now()
let [next, since, answered, worked, open] = [0, 0, 0, 0, 0]
let isEnded = false
const refused = new Set<string>()

function ask(socket: Socket): void {
  const order = next++
  const failure = failureOf(order, orders)
  const words = failure ? `&fails=${encodeURIComponent(failure.at)}&late=${failure.lateMs}` : ''
  open++
  socket.write(`GET /orders?order=${order}${words} HTTP/1.1\r\nhost: api\r\n\r\n`)
}

function openConnection(): void {
  const socket = connect(port, '127.0.0.1').setNoDelay(true).setEncoding('latin1')
  let rest = ''
  socket.on('data', (text) => {
    rest += text
    if (!rest.endsWith('\r\n\r\n')) return
    if (!/^HTTP\/1\.1 (202|500) /.test(rest)) refused.add(rest.slice(0, rest.indexOf('\r')))
    rest = ''
    open--
    answered++
    isFree.push(socket)
  })
  socket.on('error', (error) => refused.add(error.message))
  socket.on('connect', () => isFree.push(socket))
}

function isRoom(): boolean {
  return isFree.length > 0 && answered - worked + open < mostOpen
}

setInterval(() => {
  if (isEnded) return
  const due = rate === 0 ? Number.POSITIVE_INFINITY : since + ((performance.now() - beganMs) * rate) / 1000
  while (next < due && isRoom()) ask(isFree.pop()!)
}, tickMs)

process.on('message', (message: ToSender) => {
  if ('worked' in message) worked = message.worked
  if ('begin' in message) {
    orders = { first: next, end: Number.POSITIVE_INFINITY, failing: message.begin }
    beganMs = performance.now()
    since = next
  }
  if ('end' in message) isEnded = true
  const { user, system } = process.cpuUsage()
  process.send?.({
    orders: { ...orders, end: next },
    answered,
    open,
    cpuUs: user + system,
    refused: [...refused],
  } satisfies Sent)
})
process.on('disconnect', () => process.exit())
for (let started = 0; started < connections; started++) openConnection()
