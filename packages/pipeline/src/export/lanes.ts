import type { Endpoint, PipelineOptions } from '../pipeline.ts'
import type { Problems } from '../problems.ts'
import type { Signal } from '../records/batch.ts'
import { createBudget } from '../records/queue.ts'
import { heartbeatMs } from '../spool/folders.ts'
import { Journal } from '../spool/journal.ts'
import { placeSpool } from '../spool/place.ts'
import { describeForeignSender, describeSender, type SpoolSender } from '../spool/sender.ts'
import { Spool } from '../spool/spool.ts'
import { clearInterval, clearTimeout, setInterval, setTimeout } from '../timers.ts'
import { describeTarget } from '../wire/target.ts'
import type { Destination } from './destination.ts'
import { type LaneOptions, SignalLane } from './lane.ts'
import { createSender, type SenderOptions } from './sender.ts'

const defaultFlushMs = 10_000
const defaultSpoolBytes = 256 * 1024 * 1024

export type LanePlan = Pick<
  PipelineOptions,
  'logs' | 'traces' | 'spoolDirectory' | 'maxSpoolBytes' | 'maxSpoolAgeMs'
> & {
  /** Whose records they are; empty for those of others. */
  resource: PipelineOptions['resource']
  /** What lies on disk while it waits in memory: nothing, whole requests, or records from their log call on. */
  journals: 'nothing' | 'requests' | 'records'
  destinations: readonly Destination[]
  /** Of both signals, and of each destination. */
  maxQueueBytes: number | undefined
}

type OnDisk = Pick<LaneOptions, 'spool' | 'journal' | 'maxSpoolAgeMs' | 'keepsOrder'>

/** What all lanes of a pipeline share. */
export type LaneFacts = Omit<LaneOptions, 'name' | 'sender' | keyof OnDisk | 'budget'> &
  Pick<SenderOptions, 'keepsSpare'>

/** The lanes of one pipeline. */
export type Lanes = {
  readonly all: readonly SignalLane[]
  /** By its name, which is the signal, or that of a destination. */
  of(name: string): SignalLane | undefined
  /** Resolves when everything taken in so far is acknowledged, refused or spooled, or the time is over. */
  flush(timeoutMs?: number): Promise<void>
  memory(): { memory: number; maxMemory: number }
  /** No room any more: what still comes is dropped before it is encoded. */
  leaveNoRoom(): void
  /** Flushes for the last time, if asked to until a failure: nothing is taken from the spool any more. */
  drain(timeoutMs: number | undefined, untilFailure: boolean): Promise<void>
  close(): void
}

/**
 * One lane for each signal that has an address. An address that is none is reported and its signal stays off. The spool of
 * ended processes is taken over, at once and then regularly.
 */
export function openLanes(plan: LanePlan, facts: LaneFacts): Lanes {
  const { destinations } = plan
  const parts = destinations.length + (plan.logs || plan.traces || destinations.length === 0 ? 1 : 0)
  const budgets = Array.from({ length: parts }, () => createBudget(plan.maxQueueBytes, parts))
  const all = [
    openLane('logs', plan.logs, plan, { ...facts, budget: budgets.at(-1)! }),
    openLane('traces', plan.traces, plan, { ...facts, budget: budgets.at(-1)! }),
    ...destinations.map((one, at) => openDestination(one, plan, { ...facts, budget: budgets[at]! })),
  ].filter((lane) => lane !== undefined)
  const heartbeat = startHeartbeat(all, facts.runHidden)
  return {
    all,
    of: (wanted) => all.find(({ name }) => name === wanted),
    memory: () => ({
      memory: budgets.reduce((sum, { used }) => sum + used, 0),
      maxMemory: budgets.reduce((sum, { max }) => sum + max, 0),
    }),
    leaveNoRoom() {
      for (const budget of budgets) budget.max = 0
    },
    flush: (timeoutMs) =>
      within(
        timeoutMs,
        all.map(({ loop }) => loop.settled()),
      ),
    async drain(timeoutMs, untilFailure) {
      await within(
        timeoutMs,
        all.map(async ({ loop, sender }) => {
          await Promise.all([loop.settled(untilFailure), loop.leaveSpool()])
          await sender.finish?.(timeoutMs ?? defaultFlushMs)
        }),
      )
      clearInterval(heartbeat)
    },
    close() {
      for (const lane of all) lane.close()
    },
  }
}

/** Undefined, and reported, when the address is none. */
export function openLane(
  signal: Signal,
  endpoint: Endpoint | undefined,
  plan: LanePlan,
  facts: LaneFacts & Pick<LaneOptions, 'budget'>,
): SignalLane | undefined {
  if (endpoint === undefined || !isUsable(endpoint, signal, facts.problems)) return undefined
  const target = describeTarget(endpoint, signal)
  const sender = createSender({ target, keepsSpare: facts.keepsSpare, now: facts.now })
  const disk = onDisk(plan, signal, describeSender(endpoint, plan.resource), facts)
  return new SignalLane({ ...facts, name: signal, sender, ...disk })
}

function openDestination(
  { name, shownAs, identity, maxDelayMs = Number.POSITIVE_INFINITY, createSender }: Destination,
  plan: LanePlan,
  facts: LaneFacts & Pick<LaneOptions, 'budget'>,
): SignalLane {
  const spoolSender = describeForeignSender([name, ...identity], plan.resource)
  return new SignalLane({
    ...facts,
    name,
    shownAs,
    scheduleDelayMs: Math.min(facts.scheduleDelayMs, maxDelayMs),
    sender: createSender(),
    ...onDisk(plan, 'logs', spoolSender, facts),
  })
}

function isUsable({ url }: Endpoint, signal: Signal, problems: Problems): boolean {
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return true
  problems.say(
    'CLEW_ENDPOINT_INVALID',
    signal,
    () =>
      `"${problems.printAddress(url)}" is no address to send ${signal} to; write http://host:4318/v1/${signal}`,
  )
  return false
}

function onDisk(
  {
    spoolDirectory: directory,
    maxSpoolBytes: maxBytes = defaultSpoolBytes,
    maxSpoolAgeMs,
    journals,
  }: LanePlan,
  signal: Signal,
  sender: SpoolSender,
  { problems, now, resource }: LaneFacts,
): OnDisk {
  if (directory === undefined)
    return { spool: undefined, journal: undefined, maxSpoolAgeMs, keepsOrder: false }
  const place = placeSpool({ directory, signal, sender, problems, now })
  const use = { bytes: 0, maxBytes }
  // Requests in memory have the bound of the memory.
  const ofJournal = journals === 'requests' ? { bytes: 0, maxBytes: Number.POSITIVE_INFINITY } : use
  return {
    spool: new Spool(place, use),
    journal: journals === 'nothing' ? undefined : new Journal(place, ofJournal, resource),
    maxSpoolAgeMs,
    keepsOrder: journals === 'records',
  }
}

function startHeartbeat(
  lanes: readonly SignalLane[],
  runHidden: LaneOptions['runHidden'],
): NodeJS.Timeout | undefined {
  const spooling = lanes.filter(({ spool }) => spool !== undefined)
  if (spooling.length === 0) return undefined
  const beat = (): void => {
    for (const lane of spooling) lane.beat()
  }
  return runHidden(() => {
    beat()
    return setInterval(beat, heartbeatMs).unref()
  })
}

/** Resolves when all is done or the time is over. The timer holds the process, as the work does not. */
export function within(timeoutMs: number = defaultFlushMs, work: readonly Promise<void>[]): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs)
    void Promise.all(work).then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
