import { randomInt } from 'node:crypto'
import { isMainThread } from 'node:worker_threads'
import type { Batch, Signal } from './batch.ts'
import type { WriterPool } from './chunk.ts'
import { createSpareSocket, type SpareSocket } from './exit/spare-socket.ts'
import { Health } from './export/health.ts'
import { ExportLoop } from './export/loop.ts'
import { createSender } from './export/sender.ts'
import type { MemoryBudget } from './memory-budget.ts'
import type { Endpoint } from './pipeline.ts'
import type { Problems } from './problems.ts'
import { ByteQueue } from './queue.ts'
import type { Spool } from './spool/spool.ts'
import { RecordMirror } from './threads/record-mirror.ts'

export type LaneOptions = {
  signal: Signal
  endpoint: Endpoint
  resource: Buffer
  budget: MemoryBudget
  pool: WriterPool
  spool: Spool | undefined
  scheduleDelayMs: number
  problems: Problems
  exit: 'flush' | 'spool' | 'off'
  now: () => number
  runHidden: <T>(work: () => T) => T
}

/** One signal on its way to one endpoint. */
export type Lane = {
  readonly signal: Signal
  readonly endpoint: Endpoint
  readonly queue: ByteQueue
  readonly loop: ExportLoop
  readonly spool: Spool | undefined
  readonly spare: SpareSocket | undefined
  /** Puts batches into the spool, and counts what finds no room as dropped. */
  keep(batches: readonly Batch[]): void
  /** Ends the connections. What was not acknowledged goes to the spool. */
  close(): void
}

export function openLane(options: LaneOptions): Lane {
  const { signal, endpoint, resource, budget, pool, spool, problems, now, runHidden } = options
  const mirror = isMainThread || options.exit === 'off' ? undefined : new RecordMirror(signal, resource)
  const spare = options.exit === 'flush' ? createSpareSocket(endpoint) : undefined
  let wakeScheduled = false

  const wakeSoon = (): void => {
    if (wakeScheduled) return
    wakeScheduled = true
    runHidden(() =>
      setImmediate(() => {
        wakeScheduled = false
        loop.wake(false)
      }).unref(),
    )
  }
  const wakeLater = (): void => {
    runHidden(() => {
      if (!loop.isFailing()) spare?.open()
      setTimeout(() => {
        queue.armed = false
        loop.wake(true)
      }, options.scheduleDelayMs).unref()
    })
  }
  const spoolOrDrop = (batch: Batch): void => {
    if (batch.fromSpool) return
    if (spool?.append(batch)) queue.counters.spooled += batch.count
    else {
      queue.counters.dropped += batch.count
      sayFull()
    }
  }
  const sayFull = (): void =>
    problems.say('CLEW_QUEUE_FULL', signal, () => {
      const { dropped } = queue.counters
      return `${budget.max} bytes of records wait for ${endpoint.url} and there is no room on disk: ${dropped} ${signal} records dropped so far, the newest go first`
    })

  const queue = new ByteQueue({
    signal,
    resource,
    budget,
    pool,
    mirror,
    overflow: spoolOrDrop,
    canOverflow: () => spool?.accepts() === true,
    onFirst: wakeLater,
    onSealed: wakeSoon,
    onDropped: sayFull,
  })
  const health = new Health({
    signal,
    url: endpoint.url,
    counters: queue.counters,
    waitingRecords: () => queue.waitingRecords(),
    problems,
    now,
  })
  const loop = new ExportLoop({
    queue,
    sender: createSender(endpoint, signal, { held: false }),
    health,
    takeSpooled: () => (budget.used < budget.max / 2 ? spool?.take() : undefined),
    now,
    random: () => randomInt(1000) / 1000,
    runHidden,
  })
  const keep = (batches: readonly Batch[]): void => {
    for (const batch of batches) {
      spoolOrDrop(batch)
      queue.settle(batch)
    }
  }
  return {
    signal,
    endpoint,
    queue,
    loop,
    spool,
    spare,
    keep,
    close() {
      keep(loop.close())
      spare?.close()
      mirror?.close()
      spool?.leave()
    },
  }
}
