import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
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
  const made = basename(await makeTemporaryDirectory(parent))
  expect(made).toMatch(new RegExp(`^${prefix}${formatOwner(own)}-`))
  expect(new Set(readdirSync(parent))).toEqual(new Set([made, running, inAnotherContainer, ...ofNobodyKnown]))
})
