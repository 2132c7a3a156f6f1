import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { cleanUp, newFolder } from './store-rig.ts'

afterEach(cleanUp)

/** The command sees mounts of its own, and they end with it; who is not root needs a namespace of users for that. */
const withOwnMounts: readonly string[] =
  process.getuid?.() === 0 ? ['unshare', '--mount'] : ['unshare', '--user', '--map-root-user', '--mount']

async function runOnOwnDisk(way: string): Promise<{ folder: string; result: unknown }> {
  const folder = await newFolder()
  const fixture = join(import.meta.dirname, 'fixtures/store-on-own-disk.ts')
  const [command, ...args] = [...withOwnMounts, process.execPath, fixture, way, folder]
  const { stdout } = await promisify(execFile)(command!, args)
  return { folder, result: JSON.parse(stdout) }
}

test('a full disk refuses with its remedy, and takes lines again when there is room', async () => {
  const { result } = await runOnOwnDisk('fill')
  expect(result).toEqual({
    refusal: expect.stringMatching(
      /^the disk is full: .*segment-000001\.sqlite cannot grow; free some space, or give --max-size or another --data folder$/,
    ),
    records: 1,
    found: ['room again'],
  })
})

test('a folder that cannot be written is one line with its remedy', async () => {
  const { folder, result } = await runOnOwnDisk('read')
  expect(result).toBe(
    `${folder}/lock.sqlite cannot be written (EROFS: read-only file system, open '${folder}/lock.sqlite'); give a folder that you may write with --data, or use --memory`,
  )
})
