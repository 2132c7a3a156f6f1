import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Signal } from '@clew/otlp'
import type { DeskStatus, LogPage } from '../../../packages/desk/api/index.ts'
import { type Child, startChild } from '../../measure/child.ts'
import { askApi } from '../ask-api.ts'
import { type DeskProcess, startDeskProcess } from '../desk-process.ts'
import { percentile } from '../percentile.ts'
import { type Entry, readJournal } from './journal.ts'
import { markDigits } from './marked-requests.ts'
import { createSearches, type Searches } from './searches.ts'
import type { SoakSent } from './send.ts'
import { compareStored, firstKept, keepAside } from './stored-marks.ts'
import type { Kill, Seen, SoakRecord } from './summary.ts'
import { openTabs, type Tabs } from './tabs.ts'

const secondMs = 1000
const minuteMs = 60_000
const freshMs = 60_000
const searchedLines = 200

export type SoakOptions = {
  minutes: number
  rate: number
  /** 0: never. */
  killEveryMinutes: number
  /** With data to begin with. */
  directory: string
  /** Bytes that the desk may keep; what expires is kept in `aside`. */
  maxSize: string
  /** An empty folder on the same disk. */
  aside: string
  journal: string
}

/** What goes on at the same time. `desk`: undefined while there is none. */
type Scene = {
  options: SoakOptions
  desk: DeskProcess | undefined
  sender: Sender
  searches: Searches
  tabs: Tabs
  seen: Seen
  /** CPU of the desks that were killed, and of this one when it was last looked at. */
  cpu: { ended: number; now: number }
  kills: Kill[]
  heapBytes: number[][]
}

type Sender = { readonly sent: SoakSent; end(): Promise<SoakSent>; stop(): Promise<void> }

const limitsOf = ({ maxSize }: SoakOptions): string[] => ['--max-size', maxSize, '--max-age', 'off']

/** Runs all of it and compares. Rejects when the desk does not start, or a tab shows nothing at first. */
export async function soak(options: SoakOptions): Promise<SoakRecord> {
  const desk = await startDeskProcess(limitsOf(options), options.directory)
  const sender = startSender(desk.url, options)
  // Of old data alone the tab of services, which is of the last minutes, would have none.
  const tabs = await arrived(sender)
    .then(() => openTabs(desk.url))
    .catch(async (error) => {
      await sender.stop()
      await desk.kill()
      throw error
    })
  const scene: Scene = {
    ...{ options, desk, tabs, kills: [], heapBytes: [], cpu: { ended: 0, now: 0 } },
    seen: { rssBytes: [], cpuSeconds: 0, seconds: 0 },
    sender,
    searches: createSearches(),
  }
  scene.searches.ask(() => scene.desk)
  const cpuBefore = desk.cpuSeconds()
  const beganMs = performance.now()
  try {
    await watch(scene, beganMs)
    scene.seen.seconds = (performance.now() - beganMs) / secondMs
    scene.seen.cpuSeconds = scene.cpu.ended + scene.cpu.now - cpuBefore
    const sent = await scene.sender.end()
    await scene.searches.stop()
    await tabs.close()
    return await compared(scene, sent)
  } finally {
    await tabs.close()
    await scene.sender.stop()
    await scene.desk?.kill()
  }
}

/** Resolves when lines and spans were acknowledged. Rejects when none are in a minute. */
async function arrived(sender: Sender): Promise<void> {
  for (const beganMs = performance.now(); performance.now() - beganMs < minuteMs; await delay(secondMs))
    if (sender.sent.lines > 0 && sender.sent.spans > 0) return
  throw new Error('the desk acknowledged no line or no span within a minute')
}

/** Looks each second, says each minute, kills now and then, until the time is over. */
async function watch(scene: Scene, beganMs: number): Promise<void> {
  const { minutes, killEveryMinutes } = scene.options
  let [saidMs, killedMs] = [beganMs, beganMs]
  while (performance.now() - beganMs < minutes * minuteMs) {
    const dueMs = performance.now() + secondMs
    look(scene)
    if (performance.now() - saidMs >= minuteMs) {
      saidMs += minuteMs
      scene.heapBytes.push(await scene.tabs.heapBytes())
      say(scene, (performance.now() - beganMs) / minuteMs)
    }
    if (killEveryMinutes > 0 && performance.now() - killedMs >= killEveryMinutes * minuteMs) {
      killedMs = performance.now()
      scene.kills.push(await killAndStart(scene))
    }
    await delay(Math.max(0, dueMs - performance.now()))
  }
  scene.heapBytes.push(await scene.tabs.heapBytes())
}

function look({ desk, seen, cpu, options }: Scene): void {
  keepAside(options.directory, options.aside)
  if (desk === undefined) return
  seen.rssBytes.push(desk.rssBytes())
  cpu.now = desk.cpuSeconds()
}

async function killAndStart(scene: Scene): Promise<Kill> {
  const { desk, cpu, options, tabs } = scene
  if (desk === undefined) throw new Error('there is no desk to be killed')
  look(scene)
  scene.desk = undefined
  await desk.kill()
  cpu.ended += cpu.now
  cpu.now = 0
  const again = await startDeskProcess(
    [...limitsOf(options), '--port', new URL(desk.url).port],
    options.directory,
  )
  scene.desk = again
  const looking = setInterval(() => look(scene), secondMs)
  const tabsFreshMs = await tabs.untilFresh(freshMs)
  clearInterval(looking)
  return { startedMs: again.startedMs, tabsFreshMs }
}

function say(scene: Scene, minutes: number): void {
  const { sender, seen, cpu, searches, kills, heapBytes, options } = scene
  const { lines, spans, requests } = sender.sent
  const mb = (bytes = Number.NaN): string => (bytes / 2 ** 20).toFixed(0)
  const { p50, p95 } = searches.figures()
  console.log(
    `[soak ${minutes.toFixed(0)}/${options.minutes} min] ${lines} lines, ${spans} spans acknowledged, ` +
      `${Math.round(lines / minutes / 60)} lines/s; refused ${requests.refused}, cut ${requests.cut}, kills ${kills.length} | ` +
      `RSS ${mb(seen.rssBytes.at(-1))}, p95 ${mb(percentile(seen.rssBytes, 95))}, most ${mb(percentile(seen.rssBytes, 100))} MiB | ` +
      `${((cpu.ended + cpu.now) / minutes / 60).toFixed(2)} cores | searches p50 ${p50.toFixed(0)}, p95 ${p95.toFixed(0)} ms, ` +
      `problems ${[...searches.problems.keys()].map((one) => one.slice(0, 80)).join('; ') || 'none'} | heap ${heapBytes.at(-1)?.map(mb).join(', ')} MiB`,
  )
}

function startSender(url: string, { journal, rate }: SoakOptions): Sender {
  const child: Child = startChild({
    file: join(import.meta.dirname, 'send.ts'),
    args: [url, journal, String(rate)],
  })
  let sent: SoakSent = { lines: 0, spans: 0, requests: { acknowledged: 0, refused: 0, cut: 0 }, skippedMs: 0 }
  let isEnding = false
  const hearing = (async () => {
    while (true) {
      const told = await child.next<SoakSent>()
      sent = told
      if (told.isLast === true) return told
    }
  })()
  hearing.catch((error: Error) => {
    if (!isEnding) console.error(`[soak] ${error.message}`)
  })
  return {
    get sent() {
      return sent
    },
    end() {
      isEnding = true
      child.send({ end: true })
      return hearing
    },
    stop: child.stop,
  }
}

/** Asks the desk once more, ends it and reads its files. */
async function compared(scene: Scene, sent: SoakSent): Promise<SoakRecord> {
  const { options, searches, tabs } = scene
  const desk = scene.desk!
  const entries = readJournal(options.journal)
  const { logs, spans } = (await askApi<DeskStatus>(desk.url, '/api/status')).answer.store
  const kept = firstKept(options.directory)
  const asked = await searchMarks(
    desk.url,
    entries.filter(({ first }) => first >= kept),
  )
  await desk.end()
  scene.desk = undefined
  keepAside(options.directory, options.aside)
  const { minutes, rate, killEveryMinutes, maxSize } = options
  const compare = (signal: Signal) => compareStored(options.directory, signal, entries, options.aside)
  return {
    options: { minutes, rate, killEveryMinutes, maxSize },
    sent,
    seen: scene.seen,
    searches: searches.figures(),
    searchesByName: searches.byName(),
    searchProblems: Object.fromEntries(searches.problems),
    kills: scene.kills,
    tabs: tabs.names,
    heapBytes: scene.heapBytes,
    tabProblems: [...tabs.problems],
    lines: compare('logs'),
    spans: compare('traces'),
    counted: { logs, spans },
    asked,
  }
}

/** Acknowledged lines that have not expired, from the whole of that time, each by the word that it alone has. */
async function searchMarks(url: string, entries: readonly Entry[]): Promise<SoakRecord['asked']> {
  const all = entries.filter(({ outcome, signal }) => outcome === 'acknowledged' && signal === 'logs')
  const each = Math.max(1, Math.floor(all.length / searchedLines))
  const some = all.filter((_, index) => index % each === 0)
  let wrong = 0
  for (const [index, { first, records }] of some.entries()) {
    const q = String(first + (index % records)).padStart(markDigits, '0')
    const { logs } = (await askApi<LogPage>(url, '/api/logs', { q })).answer
    if (logs.length !== 1) wrong++
  }
  return { times: some.length, wrong }
}
