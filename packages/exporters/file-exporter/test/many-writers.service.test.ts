import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { SharedFile } from '../src/shared-file.ts'
import { filesOf, linesOf, totalBytes } from './file-pipeline.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clew-file-'))
  folders.push(folder)
  return join(folder, 'app.jsonl')
}

async function write(job: object): Promise<number> {
  const writer = spawn(
    process.execPath,
    [join(import.meta.dirname, 'fixtures/writer.ts'), JSON.stringify(job)],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  const [code] = (await once(writer, 'close')) as [number]
  return code
}

// The whole: FILE_WRITERS=8 FILE_LINES=100000 FILE_ROTATED_AT=5MB
const writers = Number(process.env.FILE_WRITERS ?? 4)
const lines = Number(process.env.FILE_LINES ?? 5_000)
const maxFileSize = process.env.FILE_ROTATED_AT ?? '300kB'

test('processes and their threads write one file that rotates: every line is there once, and whole', async () => {
  const path = newPath()
  const names = Array.from({ length: writers }, (_, at) => `writer-${at}`)
  const job = { path, lines: lines / 2, threads: 2, maxFileSize, maxTotalSize: '10GB' }
  const codes = await Promise.all(names.map((name) => write({ ...job, name })))
  const files = filesOf(path)
  const seen = new Map<string, number[]>()
  for (const line of files.flatMap(linesOf)) {
    const [name = '', number] = (JSON.parse(line) as { body: string }).body.split(' ')
    const of = seen.get(name) ?? []
    if (of.push(Number(number)) === 1) seen.set(name, of)
  }
  const each = Array.from({ length: lines / 2 }, (_, at) => at)
  const wanted = names.flatMap((name) => [`${name}`, `${name}.1`])
  expect([...seen.keys()].toSorted()).toEqual(wanted.toSorted())
  // Of one writer, in its order.
  for (const numbers of seen.values()) expect(numbers).toEqual(each)
  expect(codes).toEqual(names.map(() => 0))
  expect(files.length).toBeGreaterThan(3)
}, 600_000)

test('all files together are never larger than the bound, whenever it is looked at', async () => {
  const path = newPath()
  const maxTotalBytes = 1_000_000
  const job = { path, lines: 4_000, threads: 1, maxFileSize: '300kB', maxTotalSize: String(maxTotalBytes) }
  // While nobody writes or renames.
  const file = new SharedFile(path, { every: 'never', maxFileBytes: 0, maxFiles: 0, maxTotalBytes: 0 })
  let isOver = false
  let largest = 0
  const writing = Promise.all(['a', 'b', 'c'].map((name) => write({ ...job, name }))).then((codes) => {
    isOver = true
    return codes
  })
  while (!isOver) {
    largest = Math.max(
      largest,
      file.hold(() => totalBytes(path)),
    )
    // Whoever asks for the lock all the time has it mostly.
    await setTimeout(5)
  }
  expect(await writing).toEqual([0, 0, 0])
  expect(largest).toBeLessThanOrEqual(maxTotalBytes)
  expect(largest).toBeGreaterThan(maxTotalBytes / 2)
  expect(Math.max(...filesOf(path).map((file) => statSync(file).size))).toBeLessThanOrEqual(300_000)
})
