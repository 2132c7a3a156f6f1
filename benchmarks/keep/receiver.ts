// Takes what the services send and keeps it as it came; judges the chains when it is asked, after the measurement.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { eachField } from '../sink/protobuf.ts'
import { countSpans, eachRecord } from '../sink/read-otlp.ts'
import { decompress } from '../sink/tally.ts'
import { type Arrived, judgeChains, type Verdict } from './judge-chains.ts'
import type { Orders } from './orders.ts'

type Question = { readonly judge: Orders } | { readonly tell: 'cpu' }
export type ReceiverCpu = { readonly cpuUs: number }
/** `bytes` as they were sent, compressed or not. */
export type Judged = Verdict & { readonly spans: number; readonly bytes: number }

type Kept = { readonly path: string; readonly encoding: string | undefined; readonly body: Buffer }

const kept: Kept[] = []
const server = createServer(async (request, response) => {
  const body = await buffer(request)
  kept.push({ path: request.url ?? '', encoding: request.headers['content-encoding'], body })
  response.end()
})

function judge(orders: Orders): Judged {
  let spans = 0
  for (const body of bodiesOf('/v1/traces')) spans += countSpans(body)
  const bytes = kept.reduce((sum, { body }) => sum + body.length, 0)
  return { ...judgeChains(orders, arrivedLines()), spans, bytes }
}

function* arrivedLines(): Generator<Arrived> {
  for (const body of bodiesOf('/v1/logs')) yield* linesOf(body)
}

/** One at a time: all of them are a gigabyte where every line is sent. */
function* bodiesOf(path: string): Generator<Buffer> {
  for (const one of kept) if (one.path === path) yield decompress(one.encoding, one.body)
}

/** LogRecord: severity_number 2, body 5 with string_value 1, trace_id 9. */
function linesOf(request: Buffer): Arrived[] {
  const lines: Arrived[] = []
  eachRecord(request, (start, end) => {
    const line = { severity: 0, text: '', traceId: '' }
    eachField(request, start, end, (field, from, to, value) => {
      if (field === 2) line.severity = value
      if (field === 9) line.traceId = request.toString('hex', from, to)
      if (field !== 5) return
      eachField(request, from, to, (kind, textStart, textEnd) => {
        if (kind === 1) line.text = request.toString('utf8', textStart, textEnd)
      })
    })
    lines.push(line)
  })
  return lines
}

process.on('message', (question: Question) => {
  const { user, system } = process.cpuUsage()
  process.send?.(
    'judge' in question ? judge(question.judge) : ({ cpuUs: user + system } satisfies ReceiverCpu),
  )
})
process.on('disconnect', () => process.exit())
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
