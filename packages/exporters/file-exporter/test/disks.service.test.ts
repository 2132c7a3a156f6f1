import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { bodiesOf, linesOf, startFilePipeline } from './file-pipeline.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clew-file-'))
  folders.push(folder)
  return folder
}

const isRoot = process.getuid?.() === 0

/** The command sees mounts of its own, and they end with it; who is not root needs a namespace of users for that. */
const withOwnMounts: readonly string[] = isRoot
  ? ['unshare', '--mount']
  : ['unshare', '--user', '--map-root-user', '--mount']

/** In such a namespace `/` is somebody else's, in whose folders no spool is made. */
const spools = isRoot ? ['spools'] : []

async function runOnOwnDisk(way: string): Promise<{ folder: string; result: unknown }> {
  const folder = newFolder()
  const fixture = join(import.meta.dirname, 'fixtures/file-on-own-disk.ts')
  const [command, ...args] = [...withOwnMounts, process.execPath, fixture, way, folder, ...spools]
  const { stdout } = await promisify(execFile)(command!, args)
  return { folder, result: JSON.parse(stdout) }
}

test('a full disk is said, takes no half of a batch, and gets all lines once when there is room', async () => {
  const { folder, result } = await runOnOwnDisk('fill')
  const path = join(folder, 'disk/app.jsonl')
  expect(result).toEqual({
    reports: [
      `CLEW_EXPORT_FAILED cannot send logs to ${path}: no space is left on its disk (ENOSPC); they wait and are sent again. Make room, and let CLEW_FILE_MAX_TOTAL_SIZE leave some`,
      expect.stringMatching(/^CLEW_EXPORT_RECOVERED sending logs to /),
    ],
    counters: {
      accepted: 3_000,
      delivered: 3_000,
      rejected: 0,
      dropped: 0,
      spooled: 0,
      replayed: 0,
      expired: 0,
    },
    bodies: expect.anything(),
  })
  const { bodies } = result as { bodies: string[] }
  expect(new Set(bodies)).toEqual(new Set(Array.from({ length: 3_000 }, (_, n) => `line ${n}`)))
  expect(bodies).toHaveLength(3_000)
})

test('a disk that is read-only is said, and its records are in the spool where there is one', async () => {
  const { folder, result } = await runOnOwnDisk('read')
  const kept = isRoot ? { dropped: 0, spooled: 1 } : { dropped: 1, spooled: 0 }
  expect(result).toEqual({
    reports: [
      `CLEW_EXPORT_FAILED cannot send logs to ${join(folder, 'disk/app.jsonl')}: its disk is read-only (EROFS); they wait and are sent again. Mount the disk for writing, or set CLEW_FILE_PATH`,
    ],
    counters: { accepted: 1, delivered: 0, rejected: 0, ...kept, replayed: 0, expired: 0 },
  })
})

test('a folder that is not there is said, and its records are in the file when it is made', async () => {
  const folder = newFolder()
  const path = join(folder, 'later/app.jsonl')
  const { pipeline, reports, log } = startFilePipeline({ path })
  log('early')
  await expect.poll(() => reports.length, { timeout: 20_000 }).toBe(1)
  mkdirSync(join(folder, 'later'))
  await pipeline.stop(30_000)
  expect([reports[0], bodiesOf(path)]).toEqual([
    `CLEW_EXPORT_FAILED cannot send logs to ${path}: its folder is not there (ENOENT); they wait and are sent again. Make the folder (mkdir -p …), or set CLEW_FILE_PATH`,
    ['early'],
  ])
})

test('what logrotate renames is finished, and the next batch is in a new file', async () => {
  const folder = newFolder()
  const path = join(folder, 'app.jsonl')
  const { pipeline, reports, log } = startFilePipeline({ path })
  log('before')
  await pipeline.flush()
  renameSync(path, `${path}.1`)
  log('after')
  await pipeline.stop()
  expect([linesOf(`${path}.1`).length, bodiesOf(path), reports]).toEqual([1, ['after'], []])
})

test('a batch that is larger than a file comes in halves, a line that is larger is said and counted', async () => {
  const path = join(newFolder(), 'app.jsonl')
  const { pipeline, reports, log } = startFilePipeline({ path, maxFileSize: '64KiB', gzip: false })
  for (let n = 0; n < 100; n++) log(`${n}`, { padding: 'x'.repeat(2_000) })
  log('y'.repeat(80_000))
  log('last')
  await pipeline.stop()
  const bodies = bodiesOf(path)
  expect([new Set(bodies).size, bodies.length, reports]).toEqual([
    ...[101, 101],
    [
      expect.stringMatching(
        /refused 1 logs records with too large \(a record of 8\d{4} bytes\); they are gone\. Raise CLEW_FILE_MAX_FILE_SIZE/,
      ),
      expect.stringMatching(/^CLEW_RECORDS_LOST /),
    ],
  ])
})
