import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nodeBinary } from '../../../scripts/node-versions.ts'
import { fixtures } from './child.ts'
import { isRoot, makeForeign, newFolder, stranger, url } from './spool-rig.ts'

type Filled = { accepted: number; dropped: number; spooled: number; reports: string[] }

/** Logs in one go into 64 KiB of memory and what disk there is, and ends without a receiver. */
async function fill(
  env: Record<string, string>,
  wrap: (command: string) => string = (command) => command,
): Promise<Filled> {
  const command = `exec "${await nodeBinary(24)}" "${join(fixtures, 'fill.mjs')}"`
  const child = spawn('sh', ['-c', wrap(command)], {
    env: { PATH: process.env.PATH, ENDPOINT: url, WHOLE: '1', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (piece) => {
    text += piece
  })
  await once(child, 'close')
  const { accepted, dropped, spooled, reports } = JSON.parse(text) as Filled
  return {
    accepted,
    dropped,
    spooled,
    reports: reports.filter((line) => line.startsWith('CLEW_RECORDS_LOST')),
  }
}

test('of 200,000 records without a receiver and a spool one line at the end tells of each', async () => {
  const { accepted, dropped, spooled, reports } = await fill({ COUNT: '200000' })
  const [line = ''] = reports
  const [, whole, full, late] =
    /^CLEW_RECORDS_LOST the process ends before (\d+) logs records could reach the receiver: (\d+) memory was full, (\d+) connect ECONNREFUSED 127\.0\.0\.1:1\. Set CLEW_SPOOL_DIR to keep such records on disk$/.exec(
      line.replaceAll('no answer came in time', 'connect ECONNREFUSED 127.0.0.1:1'),
    ) ?? []
  expect({
    accepted,
    dropped,
    spooled,
    lines: reports.length,
    whole,
    sum: Number(full) + Number(late),
  }).toEqual({
    ...{ accepted: 200_000, dropped: 200_000, spooled: 0 },
    ...{ lines: 1, whole: '200000', sum: 200_000 },
  })
})

type Disk = {
  disk: string
  before?: (folder: string) => unknown
  wrap?: string
  env?: Record<string, string>
  says: RegExp
}

const closed: Disk = {
  disk: 'takes nothing of this user',
  // Root may write everywhere.
  ...(isRoot ? { env: { USER_BEFORE: String(stranger) } } : { before: (folder) => chmodSync(folder, 0o500) }),
  says: /and user \d+ may not write there \(EACCES\).* Give \S+ to that user, or set CLEW_SPOOL_DIR/,
}

/** What only root can make: in a namespace of users the folders above belong to nobody, and no spool is below such. */
const disksOfRoot: Disk[] = [
  {
    disk: 'is full',
    wrap: 'mount -t tmpfs -o size=256k tmpfs "$SPOOL"',
    says: /and the disk is full \(ENOSPC\).* Free space for \S+, or set CLEW_SPOOL_DIR to a folder on another disk$/,
  },
  {
    disk: 'can only be read',
    wrap: 'mount -t tmpfs -o ro tmpfs "$SPOOL"',
    says: /and the disk can only be read \(EROFS\).* Mount a disk at \S+ that can be written to, or set CLEW_SPOOL_DIR/,
  },
  {
    disk: 'is of another user',
    before: makeForeign,
    says: /and \S+ belongs to user 54321, .*Give it to user 0 or to root, or set CLEW_SPOOL_DIR/,
  },
]

test.for(isRoot ? [closed, ...disksOfRoot] : [closed])(
  'where the disk $disk, the last line counts all and says what helps',
  async (kind) => {
    const Spool = join(newFolder(), 'spool')
    mkdirSync(Spool)
    kind.before?.(Spool)
    const wrap = (command: string): string =>
      kind.wrap === undefined ? command : `exec unshare -m sh -c '${kind.wrap} && ${command}'`
    const { accepted, dropped, spooled, reports } = await fill(
      { SPOOL: Spool, COUNT: '5000', ...kind.env },
      wrap,
    )
    const [, whole] = /before (\d+) logs records/.exec(reports[0] ?? '') ?? []
    expect({ accepted, sum: dropped + spooled, lines: reports.length, whole: Number(whole) }).toEqual({
      ...{ accepted: 5000, sum: 5000, lines: 1, whole: dropped },
    })
    expect(reports[0]).toMatch(kind.says)
  },
)
