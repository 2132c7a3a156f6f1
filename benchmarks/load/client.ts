// <port> <connections>: asks GET / again and again on keep-alive connections, each when the last is answered.
// Told { do: 'count' } it tells how many were answered, told { do: 'stop' } it lets the last ones finish first.
import { connect, type Socket } from 'node:net'

const [port, connections] = process.argv.slice(2).map(Number)
const request = Buffer.from('GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: keep-alive\r\n\r\n')
const ok = Buffer.from('HTTP/1.1 200 ')

let answered = 0
let failed = 0
let open = 0
let isStopping = false

/** Where the first answer in these bytes ends; undefined when it is not whole. */
function endOfAnswer(bytes: Buffer): number | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const length = /content-length: (\d+)/i.exec(bytes.toString('latin1', 0, headEnd))?.[1]
  const end = headEnd + 4 + Number(length ?? 0)
  return bytes.length >= end ? end : undefined
}

function ask(socket: Socket): void {
  if (isStopping) socket.end()
  else socket.write(request)
}

function startConnection(): void {
  const socket = connect(Number(port), '127.0.0.1', () => ask(socket)).setNoDelay(true)
  let rest: Buffer = Buffer.alloc(0)
  open++
  socket.on('data', (chunk) => {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    const end = endOfAnswer(rest)
    if (end === undefined) return
    if (rest.compare(ok, 0, ok.length, 0, ok.length) === 0) answered++
    else failed++
    rest = rest.subarray(end)
    ask(socket)
  })
  socket.on('error', () => failed++)
  socket.on('close', () => {
    open--
    if (isStopping && open === 0) tellCounts()
  })
}

function tellCounts(): void {
  process.send?.({ answered, failed, cpu: process.cpuUsage() })
}

process.on('message', ({ do: order }: { do: 'count' | 'stop' }) => {
  if (order === 'count') tellCounts()
  else isStopping = true
})
process.on('disconnect', () => process.exit())
// Never asleep: whoever answers a sleeping process pays for waking it up, and the slower a server is, the more often.
const stayAwake = (): void => void setImmediate(stayAwake)
stayAwake()
for (let started = 0; started < Number(connections); started++) startConnection()
