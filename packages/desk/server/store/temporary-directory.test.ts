import { spawnSync } from 'node:child_process'
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { formatOwner, thisOwner } from '@clew/pipeline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeTemporaryDirectory } from './temporary-directory.ts'

let parent: string

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'clew-temporary-'))
})
afterEach(() => rmSync(parent, { recursive: true }))

test('what a desk left that has ended is deleted; what may be in use is not', async () => {
  const own = thisOwner()
  const { pid: endedPid } = spawnSync(process.execPath, ['--version'])
  const prefix = `clew-desk-${process.getuid?.() ?? ''}-`
  const ended = `${prefix}${formatOwner({ ...own, pid: endedPid })}-a`
  // Where the system tells when a process began.
  const withReusedPid =
    own.startTime === 0 ? [] : [`${prefix}${formatOwner({ ...own, startTime: own.startTime - 1 })}-b`]
  const running = `${prefix}${formatOwner(own)}-c`
  const inAnotherContainer = `${prefix}${formatOwner({ ...own, pid: endedPid, place: '00000000' })}-d`
  const ofNobodyKnown = [
    `${prefix}${endedPid}-e`,
    `${prefix}mine`,
    `clew-desk-${formatOwner(own)}-f`,
    'other',
  ]
  for (const name of [ended, ...withReusedPid, running, inAnotherContainer, ...ofNobodyKnown]) {
    mkdirSync(join(parent, name, 'segments'), { recursive: true })
  }
  const made = basename(await makeTemporaryDirectory([parent]))
  expect(made).toMatch(new RegExp(`^${prefix}${formatOwner(own)}-`))
  expect(new Set(readdirSync(parent))).toEqual(new Set([made, running, inAnotherContainer, ...ofNobodyKnown]))
})

test('links, files and folders of others under such a name stay, and stop nobody', async () => {
  const { pid } = spawnSync(process.execPath, ['--version'])
  const prefix = `clew-desk-${process.getuid?.() ?? ''}-${formatOwner({ ...thisOwner(), pid })}`
  const target = join(parent, 'target')
  mkdirSync(join(target, 'inside'), { recursive: true })
  symlinkSync(target, join(parent, `${prefix}-link`))
  writeFileSync(join(parent, `${prefix}-file`), '')
  const squatted = join(parent, `${prefix}-squatted`)
  // Only root can give a folder away.
  const others = process.getuid?.() === 0 ? [squatted] : []
  for (const folder of others) {
    mkdirSync(folder)
    chownSync(folder, 65534, 65534)
  }
  const made = await makeTemporaryDirectory([parent])
  expect(readdirSync(parent).sort()).toEqual(
    [
      'target',
      `${prefix}-link`,
      `${prefix}-file`,
      ...others.map((path) => basename(path)),
      basename(made),
    ].sort(),
  )
  expect([readdirSync(target), statSync(made).mode & 0o777]).toEqual([['inside'], 0o700])
})

test('where the first place cannot be written, the next one is taken', async () => {
  const made = await makeTemporaryDirectory([join(parent, 'none'), parent])
  expect(dirname(made)).toBe(parent)
})
