import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nodeBinary } from '../../../scripts/node-versions.ts'
import { fixtures } from './child.ts'
import { folder, isRoot, modeOf, newFolder, stranger, url } from './spool-rig.ts'

type Filled = { dropped: number; spooled: number; reports: string[] }

async function fill(directory: string, env: Record<string, string>): Promise<Filled> {
  const child = spawn(await nodeBinary(24), [join(fixtures, 'fill.mjs')], {
    cwd: folder,
    env: { PATH: process.env.PATH, SPOOL: directory, ENDPOINT: url, COUNT: '10', WHOLE: '1', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (piece) => {
    text += piece
  })
  await once(child, 'close')
  const { dropped, spooled, reports } = JSON.parse(text) as Filled
  return { dropped, spooled, reports }
}

const kept: Filled = { dropped: 0, spooled: 10, reports: [] }

test.for(['0', '777'])('with umask %s folders are 0700 and files 0600', async (Umask) => {
  const directory = join(newFolder(), 'deep', 'spool')
  expect(await fill(directory, { UMASK: Umask })).toEqual(kept)
  const modes = readdirSync(directory, { recursive: true }).map((name) =>
    modeOf(join(directory, String(name))),
  )
  expect([modeOf(directory), ...modes]).toEqual(['700', '700', '700', '600'])
})

test('a working directory that changes later moves no spool', async () => {
  const elsewhere = newFolder()
  const name = 'relative'
  expect(await fill(name, { FOLDER_AFTER: elsewhere })).toEqual(kept)
  expect([existsSync(join(folder, name)), readdirSync(elsewhere)]).toEqual([true, []])
})

test.runIf(isRoot)(
  'a process that changes its user later makes no folder that the first user would refuse',
  async () => {
    const directory = join(newFolder(), 'spool')
    const { dropped, spooled, reports } = await fill(directory, { USER_AFTER: String(stranger) })
    expect({ dropped, spooled, made: existsSync(directory) }).toEqual({
      dropped: 10,
      spooled: 0,
      made: false,
    })
    expect(reports[0]).toMatch(
      /^CLEW_SPOOL_UNUSABLE .* began as user 0 and now is user 54321, .*; start the process as the user that it runs as/,
    )
  },
)

test.runIf(isRoot)('of two users who share a spool directory, each keeps and sends its own', async () => {
  const directory = newFolder()
  chmodSync(directory, 0o1777)
  const first = await fill(directory, { USER_BEFORE: String(stranger) })
  const second = await fill(directory, {})
  expect([first, second.spooled, second.reports[0]]).toEqual([
    kept,
    0,
    expect.stringMatching(
      /belongs to user 54321, not to 0; remove .*, or set CLEW_SPOOL_DIR to another folder/,
    ),
  ])
})
