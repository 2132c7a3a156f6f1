import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import {
  batchOf,
  deadName,
  drain,
  isRoot,
  leave,
  makeForeign,
  modeOf,
  newFolder,
  open,
  stranger,
} from './spool-rig.ts'

const sockets: Server[] = []
afterAll(() => {
  for (const socket of sockets) socket.close()
})

function makeMode(path: string, mode: number): void {
  mkdirSync(path, { recursive: true })
  chmodSync(path, mode)
}

function makeForeignLink(to: string, path: string): void {
  symlinkSync(to, path)
  lchownSync(path, stranger, stranger)
}

const makePipe = (path: string): unknown => execFileSync('sh', ['-c', 'mkfifo "$0"', path])

/** Under its own path it would be too long a name for a socket. */
async function makeSocket(path: string): Promise<void> {
  const short = join(newFolder(), 'socket')
  const socket = createServer().listen(short)
  sockets.push(socket)
  await once(socket, 'listening')
  renameSync(short, path)
}

/** What lies there, as `prepare` puts it, and what is said; nothing: the place is taken. `asRoot`: only root can put it there. */
type Row = {
  lies: string
  prepare: (path: string) => unknown
  refused?: RegExp
  asRoot?: true
}

const onTheWay: Row[] = [
  { lies: 'nothing', prepare: () => {} },
  { lies: 'a folder of ours', prepare: (path) => makeMode(path, 0o755) },
  { lies: 'a folder that our group may write to', prepare: (path) => makeMode(path, 0o775) },
  { lies: 'a folder like /tmp', prepare: (path) => makeMode(path, 0o1777) },
  {
    lies: 'a folder that all may write to',
    prepare: (path) => makeMode(path, 0o777),
    refused: /can be written to by every user.*; run chmod \+t .*, or set CLEW_SPOOL_DIR/,
  },
  {
    lies: "a stranger's folder",
    prepare: makeForeign,
    refused: /belongs to user 54321, .*; give it to user \d+ or to root, or set CLEW_SPOOL_DIR/,
    asRoot: true,
  },
  {
    lies: 'a link of ours to a folder of ours',
    prepare: (path) => symlinkSync(newFolder(), path),
  },
  {
    lies: "a link of ours into a stranger's folder",
    prepare: (path) => {
      makeForeign(`${path}-target`)
      symlinkSync(`${path}-target`, path)
    },
    refused: /-target belongs to user 54321/,
    asRoot: true,
  },
  {
    lies: "a stranger's link to a folder of ours",
    prepare: (path) => makeForeignLink(newFolder(), path),
    refused: /belongs to user 54321/,
    asRoot: true,
  },
  {
    lies: 'a link to itself',
    prepare: (path) => symlinkSync(path, path),
    refused: /too many symbolic links/,
  },
  {
    lies: 'a file',
    prepare: (path) => writeFileSync(path, ''),
    refused: /is not a folder; set CLEW_SPOOL_DIR/,
  },
  { lies: 'a pipe', prepare: makePipe, refused: /is not a folder; set CLEW_SPOOL_DIR/ },
  { lies: 'a socket', prepare: makeSocket, refused: /is not a folder; set CLEW_SPOOL_DIR/ },
]

const asTheRoot: Row[] = [
  { lies: 'nothing', prepare: () => {} },
  { lies: 'a folder of ours', prepare: (path) => makeMode(path, 0o700) },
  { lies: 'a folder of ours that all may write to', prepare: (path) => makeMode(path, 0o777) },
  {
    lies: "a stranger's folder",
    prepare: makeForeign,
    refused: /belongs to user 54321, not to \d+; remove /,
    asRoot: true,
  },
  {
    lies: 'a link to a folder of ours',
    prepare: (path) => symlinkSync(newFolder(), path),
    refused: /is not a folder; remove /,
  },
  {
    lies: 'a link to nothing',
    prepare: (path) => symlinkSync(`${path}-none`, path),
    refused: /is not a folder; remove /,
  },
  { lies: 'a file', prepare: (path) => writeFileSync(path, ''), refused: /is not a folder; remove / },
  { lies: 'a pipe', prepare: makePipe, refused: /is not a folder; remove / },
  { lies: 'a socket', prepare: makeSocket, refused: /is not a folder; remove / },
]

const directories = {
  'the spool directory': '',
  'the folder above it': 'spool',
  'the second folder above it': 'a/spool',
}

const places = [
  ...Object.entries(directories).flatMap(([where, below]) =>
    onTheWay.map((row) => ({
      ...row,
      where,
      prepare: row.prepare,
      pathOf: (base: string) => join(base, 'x'),
      below,
    })),
  ),
  ...asTheRoot.map((row) => ({
    ...row,
    where: "the sender's folder",
    pathOf: (base: string) => open(join(base, 'x')).place.root,
    below: '',
  })),
].filter(({ asRoot }) => isRoot || asRoot === undefined)

test.for(places)('where $where is $lies', async ({ prepare, refused, pathOf, below }) => {
  const base = newFolder()
  const path = pathOf(base)
  if (path !== join(base, 'x')) mkdirSync(join(base, 'x'))
  await prepare(path)
  const { spool, place, reports } = open(join(base, 'x', below))
  const taken = spool.append(batchOf('one'))
  if (refused !== undefined) {
    expect({ taken, codes: reports.map((line) => line.split(' ')[0]) }).toEqual({
      taken: 'unusable',
      codes: ['CLEW_SPOOL_UNUSABLE'],
    })
    expect(reports[0]).toMatch(refused)
    return
  }
  const [own = ''] = readdirSync(place.root)
  const modes = [place.root, join(place.root, own), join(place.root, own, '00000001.spool')].map(modeOf)
  expect({ taken, modes, texts: drain(spool), reports }).toEqual({
    ...{ taken: 'stored', modes: ['700', '700', '600'], texts: ['one'], reports: [] },
  })
})

const leftFolders: (Omit<Row, 'prepare'> & {
  prepare: (left: string, dead: string) => unknown
  texts: string[]
})[] = [
  { lies: 'a folder of ours that all may read', prepare: (left) => chmodSync(left, 0o755), texts: ['one'] },
  {
    lies: "a stranger's folder",
    prepare: (left) => chownSync(left, stranger, stranger),
    texts: [],
    asRoot: true,
  },
  {
    lies: 'a link to a folder',
    prepare: (left, dead) => {
      const aside = join(newFolder(), 'aside')
      renameSync(left, aside)
      symlinkSync(aside, dead)
    },
    texts: [],
  },
  { lies: 'a pipe besides', prepare: (_, dead) => makePipe(dead), texts: ['one'] },
  { lies: 'a socket besides', prepare: (_, dead) => makeSocket(dead), texts: ['one'] },
  { lies: 'a file besides', prepare: (_, dead) => writeFileSync(dead, ''), texts: ['one'] },
]

test.for(leftFolders.filter(({ asRoot }) => isRoot || asRoot === undefined))(
  'where the folder of an ended process is $lies',
  async ({ prepare, texts }) => {
    const directory = newFolder()
    const { root, left } = leave(directory, ['one'])
    await prepare(left, join(root, deadName))
    const before = readdirSync(root).length
    const { spool, reports } = open(directory)
    expect({ texts: drain(spool), reports }).toEqual({ texts, reports: [] })
    expect(readdirSync(root).length).toBe(before - texts.length)
  },
)

const segments: { lies: string; prepare: (path: string) => unknown; asRoot?: true }[] = [
  { lies: 'a pipe', prepare: makePipe },
  { lies: 'a socket', prepare: makeSocket },
  { lies: 'a folder', prepare: (path) => mkdirSync(path) },
  { lies: 'a link to a file of ours', prepare: (path) => symlinkSync(import.meta.filename, path) },
  { lies: 'a link to nothing', prepare: (path) => symlinkSync(`${path}-none`, path) },
  {
    lies: "a stranger's file",
    prepare: (path) => {
      writeFileSync(path, '')
      chownSync(path, stranger, stranger)
    },
    asRoot: true,
  },
]

test.for(segments.filter(({ asRoot }) => isRoot || asRoot === undefined))(
  'among the segments $lies is passed over, stays, and is said',
  async ({ prepare }) => {
    const directory = newFolder()
    const { root, left } = leave(directory, ['one'])
    await prepare(join(left, '00000000.spool'))
    const { spool, reports } = open(directory)
    expect({ waiting: spool.waitingRecords(), texts: drain(spool), reports }).toEqual({
      waiting: 1,
      texts: ['one'],
      reports: [expect.stringMatching(/^CLEW_SPOOL_DAMAGED 1 of 2 entries of .* are no files of this user/)],
    })
    expect(readdirSync(join(root, readdirSync(root)[0] ?? ''))).toEqual(['00000000.spool'])
  },
)
