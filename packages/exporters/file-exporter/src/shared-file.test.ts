import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { compressRotated } from './compress.ts'
import { reasonOf, remedyOf } from './failures.ts'
import type { Rotation } from './options.ts'
import { SharedFile } from './shared-file.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const rotation: Rotation = { every: 'never', maxFileBytes: 1_000, maxFiles: 100, maxTotalBytes: 10_000 }

function newFile(of: Partial<Rotation> = {}): { folder: string; path: string; file: SharedFile } {
  const folder = mkdtempSync(join(tmpdir(), 'clew-shared-file-'))
  folders.push(folder)
  const path = join(folder, 'app.jsonl')
  return { folder, path, file: new SharedFile(path, { ...rotation, ...of }) }
}

/** Files of logs by their names, the one that is written last. */
const logsIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith('app'))
    .toSorted((a, b) => Number(a === 'app.jsonl') - Number(b === 'app.jsonl') || (a < b ? -1 : 1))

const textOf = (path: string): string => {
  const bytes = readFileSync(path)
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
}

const allText = (folder: string): string =>
  logsIn(folder)
    .map((name) => textOf(join(folder, name)))
    .join('')

test('whatever is appended by several, the files have the last of it whole and in its order, within every bound', async () => {
  const lengths = fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 2 })), {
    maxLength: 60,
  })
  const bounds = fc.record({
    maxFileBytes: fc.integer({ min: 400, max: 2_000 }),
    maxFiles: fc.integer({ min: 0, max: 5 }),
    more: fc.integer({ min: 0, max: 4_000 }),
  })
  await fc.assert(
    fc.asyncProperty(
      lengths,
      bounds,
      fc.boolean(),
      async (batches, { maxFileBytes, maxFiles, more }, gzip) => {
        const of = { ...rotation, maxFileBytes, maxFiles, maxTotalBytes: maxFileBytes + more }
        const { folder, path, file } = newFile(of)
        const writers = [file, new SharedFile(path, of), new SharedFile(path, of)]
        let written = ''
        for (const [at, [length, writer]] of batches.entries()) {
          const line = `${String(at).padStart(length - 1, '.')}\n`
          written += line
          writers[writer]!.append(Buffer.from(line))
          if (gzip) await compressRotated(file)
          const sizes = logsIn(folder).map((name) => statSync(join(folder, name)).size)
          expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(of.maxTotalBytes)
          expect(Math.max(...sizes)).toBeLessThanOrEqual(maxFileBytes)
          expect(sizes.length - 1).toBeLessThanOrEqual(maxFiles)
        }
        expect(written.endsWith(allText(folder))).toBe(true)
      },
    ),
    { numRuns: 40 },
  )
})

test('a file that was renamed away, deleted or truncated loses nothing that comes then', () => {
  const { folder, path, file } = newFile()
  file.append(Buffer.from('a\n'))
  renameSync(path, join(folder, 'away.1'))
  file.append(Buffer.from('b\n'))
  const afterRename = [textOf(join(folder, 'away.1')), textOf(path)]
  unlinkSync(path)
  file.append(Buffer.from('c\n'))
  const afterDelete = textOf(path)
  truncateSync(path)
  file.append(Buffer.from('d\n'))
  unlinkSync(join(folder, '.app.jsonl.lock'))
  file.append(Buffer.from('e\n'))
  expect([afterRename, afterDelete, textOf(path)]).toEqual([['a\n', 'b\n'], 'c\n', 'd\ne\n'])
})

test('a line that somebody did not end is ended, and nothing is written into it', () => {
  const { path, file } = newFile()
  writeFileSync(path, '{"torn":')
  file.append(Buffer.from('whole\n'))
  expect(textOf(path)).toBe('{"torn":\nwhole\n')
})

test('with a new day the file of yesterday is rotated, whoever wrote it', () => {
  const { folder, path, file } = newFile({ every: 'day' })
  writeFileSync(path, 'yesterday\n')
  const yesterday = Date.now() / 1000 - 86_400
  utimesSync(path, yesterday, yesterday)
  const did = [file.append(Buffer.from('today\n')), file.append(Buffer.from('again\n'))]
  const [rotated = '', now = ''] = logsIn(folder)
  expect([did, textOf(join(folder, rotated)), textOf(join(folder, now))]).toEqual([
    ['rotated', 'appended'],
    'yesterday\n',
    'today\nagain\n',
  ])
})

test('what only looks like a rotated file is left alone', () => {
  const { folder, file } = newFile({ maxFiles: 0, maxFileBytes: 10 })
  const others = [
    'app-2026.jsonl',
    'app-2026-11-29T13-08-17.123.jsonl.bak',
    'apps-2026-11-29T13-08-17.123.jsonl',
    'app.jsonl.1',
  ]
  for (const name of others) writeFileSync(join(folder, name), 'x'.repeat(100))
  for (let n = 0; n < 5; n++) file.append(Buffer.from('123456\n'))
  expect(readdirSync(folder).toSorted()).toEqual([...others, 'app.jsonl', '.app.jsonl.lock'].toSorted())
})

test('compressing is taken up where a process that died left it', async () => {
  const { folder, file } = newFile({ maxFileBytes: 10 })
  const texts = ['1111111\n', '2222222\n', '3333333\n', '4444444\n']
  for (const text of texts) file.append(Buffer.from(text))
  const [first = '', second = ''] = logsIn(folder)
  // Nobody had that id at that time.
  const dead = `${second}.gz.1-1-${'0'.repeat(8)}-part`
  writeFileSync(join(folder, dead), 'half')
  utimesSync(join(folder, dead), 1, 1)
  // One that died before it deleted the source.
  await compressRotated(file)
  const source = textOf(join(folder, `${first}.gz`))
  writeFileSync(join(folder, first), source)
  await compressRotated(file)
  expect([logsIn(folder).map((name) => name.slice(-3)), allText(folder)]).toEqual([
    ['.gz', '.gz', '.gz', 'onl'],
    texts.join(''),
  ])
})

type Trouble = { what: string; make(folder: string, path: string): string; says: RegExp; remedy: RegExp }

const troubles: Trouble[] = [
  {
    what: 'a folder that is not there',
    make: (folder) => join(folder, 'none/app.jsonl'),
    says: /^its folder is not there \(ENOENT\)$/,
    remedy: /^Make the folder \(mkdir -p …\), or set CLEW_FILE_PATH$/,
  },
  {
    what: 'a link',
    make(folder, path) {
      symlinkSync(join(folder, 'elsewhere'), path)
      return path
    },
    says: /^it is a link \(ELOOP\)$/,
    remedy: /^Set CLEW_FILE_PATH to the file itself$/,
  },
  {
    what: 'a folder in its place',
    make: (folder) => folder,
    says: /^it is a folder \(EISDIR\)$/,
    remedy: /^Set CLEW_FILE_PATH to the file itself$/,
  },
  {
    what: 'a device',
    make: () => '/dev/null',
    says: /^it is no regular file$/,
    remedy: /^Set CLEW_FILE_PATH to the file itself$/,
  },
  {
    what: 'a lock that is none',
    make(folder, path) {
      symlinkSync(folder, join(folder, `.${basename(path)}.lock`))
      return path
    },
    says: /app\.jsonl\.lock takes no lock: /,
    remedy: /^Let the user of this process write to the folder/,
  },
]

test.each(troubles)('$what is said with its remedy, and left as it is', ({ make, says, remedy }) => {
  const { folder, path } = newFile()
  const bad = make(folder, path)
  const before = lstatSync(bad, { throwIfNoEntry: false })?.mode
  let reason = ''
  try {
    new SharedFile(bad, rotation).append(Buffer.from('x\n'))
  } catch (error) {
    reason = reasonOf(error)
  }
  expect(reason).toMatch(says)
  expect(remedyOf(reason)).toMatch(remedy)
  if (!bad.endsWith('app.jsonl') || before !== undefined)
    expect(lstatSync(bad, { throwIfNoEntry: false })?.mode).toBe(before)
})
