import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startPipeline } from '@clew/pipeline'
import { createPolicy } from '@clew/pipeline/policy'
import type { OtlpReceiver } from '@clew/testing'
import { expect, test, vi } from 'vitest'
import { runChild } from './child.ts'
import { start } from './export-rig.ts'
import { filesIn, type Journaling, sendLeft, startJournaling } from './journal-rig.ts'
import { closers, newDirectory, receive } from './receivers.ts'
import { isRoot } from './spool-rig.ts'

/** Records that arrived of a run: how many, and how many of them for the first time. */
function arrivedOf(receiver: OtlpReceiver, run: string): { all: number; different: number } {
  const bodies = receiver.logs.filter(({ resource }) => resource.run === run).map(({ body }) => body)
  return { all: bodies.length, different: new Set(bodies).size }
}

const logged = (journaling: Journaling, count: number): Promise<void> =>
  vi.waitFor(() => expect(journaling.accepted()).toBeGreaterThanOrEqual(count), {
    timeout: 30_000,
    interval: 20,
  })

const foldersIn = (directory: string): string[] =>
  readdirSync(directory).flatMap((root) => readdirSync(join(directory, root)).map((name) => join(root, name)))

/** Who is not root has no namespace in which the folders above belong to somebody who may be trusted. */
const neighbours: { as: string; wrap: string[] }[] = [
  { as: 'processes', wrap: [] },
  ...(isRoot
    ? [{ as: 'containers', wrap: ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'] }]
    : []),
]

test.for(neighbours)(
  'of two $as on one directory, one is killed: the next one sends what it left, once it is known to be dead, and nothing of the other',
  async ({ as, wrap }) => {
    const receiver = await receive()
    receiver.behave({ status: 503 })
    const directory = newDirectory()
    const killed = await startJournaling(receiver, directory, { RUN: 'killed', MOST: '2000' }, wrap)
    await logged(killed, 2000)
    const [left = ''] = foldersIn(directory)
    const living = await startJournaling(
      receiver,
      directory,
      { RUN: 'living', MOST: '2000', SEED: '2' },
      wrap,
    )
    await logged(living, 2000)
    const other = foldersIn(directory).find((name) => name !== left)
    const accepted = await killed.kill()
    if (as === 'containers') {
      // All of them are process 1, and nobody sees another: only time tells.
      const early = start(`${receiver.url}/v1/logs`, {}, { spoolDirectory: directory, resource: {} })
      expect(foldersIn(directory)).toEqual(expect.arrayContaining([left, other]))
      await early.pipeline.stop(0)
      const anHourAgo = Date.now() / 1000 - 3600
      utimesSync(join(directory, left), anHourAgo, anHourAgo)
    }
    const next = start(`${receiver.url}/v1/logs`, {}, { spoolDirectory: directory, resource: {} })
    expect(foldersIn(directory)).not.toContain(left)
    expect(foldersIn(directory)).toContain(other)
    receiver.behave('accept')
    await vi.waitFor(() => expect(filesIn(directory)).toEqual([]), { timeout: 60_000, interval: 50 })
    const sent = living.accepted()
    await living.kill()
    expect({
      killed: arrivedOf(receiver, 'killed'),
      living: arrivedOf(receiver, 'living'),
      said: next.reports.filter((line) => !line.startsWith('CLEW_EXPORT_')),
    }).toEqual({
      killed: { all: accepted, different: accepted },
      living: { all: sent, different: sent },
      said: [],
    })
  },
)

type Disk = { disk: string; wrap: readonly string[]; says: RegExp }

const mounting = (options: string): string[] => [
  ...['unshare', '--mount', 'sh', '-c'],
  `mount -t tmpfs -o ${options} tmpfs "$SPOOL" && exec "$0" "$@"`,
]

const disks: Disk[] = [
  {
    disk: 'lets no file grow',
    wrap: ['sh', '-c', 'ulimit -f 100; exec "$0" "$@"'],
    says: /^CLEW_SPOOL_UNUSABLE records cannot be written to \S+: files may not grow further \(EFBIG\); raise/,
  },
  ...(isRoot
    ? [
        {
          disk: 'is full',
          wrap: mounting('size=200k'),
          says: /^CLEW_SPOOL_UNUSABLE records cannot be written to \S+: the disk is full \(ENOSPC\); free space/,
        },
        {
          disk: 'can only be read',
          wrap: mounting('ro'),
          says: /^CLEW_SPOOL_UNUSABLE records cannot be written to \S+: the disk can only be read \(EROFS\); mount/,
        },
      ]
    : []),
]

test.for(disks)(
  'a disk that $disk is said in one line, and memory loses nothing for it',
  async ({ wrap, says }) => {
    const receiver = await receive()
    receiver.behave({ status: 503 })
    const directory = newDirectory()
    mkdirSync(directory, { recursive: true })
    const journaling = await startJournaling(receiver, directory, { MOST: '5000' }, wrap)
    await logged(journaling, 5000)
    receiver.behave('accept')
    await vi.waitFor(() => expect(arrivedOf(receiver, 'killed').different).toBe(journaling.accepted()), {
      timeout: 60_000,
      interval: 50,
    })
    const lines = journaling.said().split('\n')
    const spoolLines = lines.filter((line) => line.startsWith('CLEW_') && !line.startsWith('CLEW_EXPORT_'))
    expect(spoolLines).toEqual([expect.stringMatching(says)])
    await journaling.kill()
  },
)

test('a journal that may use no more disk says so in one line, and memory loses nothing for it', async () => {
  const receiver = await receive()
  receiver.behave({ status: 503 })
  const env = { MOST: '5000', MAX_SPOOL: '100000' }
  const journaling = await startJournaling(receiver, newDirectory(), env)
  await logged(journaling, 5000)
  receiver.behave('accept')
  await vi.waitFor(() => expect(arrivedOf(receiver, 'killed').different).toBe(journaling.accepted()), {
    timeout: 60_000,
    interval: 50,
  })
  const lines = journaling.said().split('\n')
  expect(lines.filter((line) => line.startsWith('CLEW_SPOOL_'))).toEqual([
    expect.stringMatching(/^CLEW_SPOOL_FULL \S+ holds \d+ of 100000 bytes and takes no more/),
  ])
  await journaling.kill()
})

test.for([0, 0.000_1, 0.01, 0.5, 0.99])(
  'a byte that is damaged at %d of a file costs one record at most, and is said',
  async (share) => {
    const receiver = await receive()
    receiver.behave({ status: 503 })
    const directory = newDirectory()
    const journaling = await startJournaling(receiver, directory, { MOST: '500' })
    await logged(journaling, 500)
    const accepted = await journaling.kill()
    const [folder = ''] = foldersIn(directory)
    const [name = ''] = readdirSync(join(directory, folder))
    const path = join(directory, folder, name)
    const bytes = readFileSync(path)
    const at = Math.floor(bytes.length * share)
    bytes[at] = bytes[at]! ^ 0x40
    writeFileSync(path, bytes)
    receiver.behave('accept')
    const said = await sendLeft(receiver, directory)
    const { all, different } = arrivedOf(receiver, 'killed')
    expect({ lost: accepted - different < 2, isTwice: all > different, said }).toEqual({
      ...{ lost: true, isTwice: false },
      said: [
        expect.stringMatching(
          /^CLEW_SPOOL_DAMAGED \d+ bytes of \S+ are torn or damaged and were passed over/,
        ),
      ],
    })
  },
)

const trace = (digit: string): string => digit.repeat(32)

test('what the rules drop and what waits for its chain to fail is in no file; what is kept and what is released is', async () => {
  const receiver = await receive()
  receiver.behave({ status: 503 })
  const spoolDirectory = newDirectory()
  const logs = { protocol: 'http/protobuf', url: `${receiver.url}/v1/logs`, compression: 'none' } as const
  const pipeline = startPipeline(
    {
      logs: { ...logs, headers: {}, timeoutMs: 30_000 },
      ...{ resource: {}, exit: 'off', spoolDirectory, writeAhead: true, report() {} },
    },
    [],
    (ports) =>
      createPolicy(
        {
          rules: [
            { name: 'never', maxSeverity: 8, keep: 0, hold: false },
            { name: 'held', maxSeverity: 12, keep: 0 },
          ],
          hold: {
            maxBytes: 2 ** 22,
            holdMs: 30_000,
            releaseSeverity: 17,
            slowMs: undefined,
            ...{ maxTraceRecords: 1000, maxTraceBytes: 2 ** 20 },
            releasesPerSecond: 50,
          },
          ...{ storm: undefined, maxPerSecond: undefined },
        },
        ports,
      ),
  )
  closers.push(() => pipeline.stop(0))
  const log = (body: string, severityNumber: number, traceId: string): void =>
    pipeline.log(
      { name: 'kept', version: '1' },
      {
        timeUnixMs: 1,
        severityNumber,
        severityText: '',
        body,
        traceId,
        spanId: 'b7ad6b7169203331',
        traceFlags: 1,
      },
    )
  const bodies = ['dropped by a rule', 'held for good', 'held and released', 'an error', 'a warning']
  const onDisk = (): string[] => {
    const text = foldersIn(spoolDirectory).flatMap((folder) =>
      readdirSync(join(spoolDirectory, folder)).map((name) =>
        readFileSync(join(spoolDirectory, folder, name), 'latin1'),
      ),
    )
    return bodies.filter((body) => text.some((one) => one.includes(body)))
  }
  log('dropped by a rule', 5, trace('1'))
  log('held for good', 9, trace('1'))
  log('held and released', 9, trace('2'))
  log('a warning', 13, trace('3'))
  const before = onDisk()
  log('an error', 17, trace('2'))
  expect({ before, after: onDisk() }).toEqual({
    before: ['a warning'],
    after: ['held and released', 'an error', 'a warning'],
  })
})

test('what a worker thread had written when it was terminated is sent by the main thread', async () => {
  const receiver = await receive()
  const spool = newDirectory()
  const env = { ENDPOINT: `${receiver.url}/v1/logs`, SPOOL: spool, RUN: 'thread', AHEAD: 'on', REPORTS: 'on' }
  const { stderr } = await runChild({ args: ['ending.mjs', 'workerTerminated'], env })
  expect({ ...arrivedOf(receiver, 'thread'), files: filesIn(spool), stderr }).toEqual({
    ...{ all: 100, different: 100, files: [], stderr: '' },
  })
})
