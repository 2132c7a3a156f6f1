import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeFolders } from './make-folders.ts'

const root = mkdtempSync(join(tmpdir(), 'clew-folders-'))
afterAll(() => rmSync(root, { recursive: true }))

test('a folder and those above it are made for this user alone, and one that is there stays as it is', () => {
  const path = join(root, 'a', 'b', 'c')
  makeFolders(path)
  makeFolders(path)
  for (const each of ['a', 'a/b', 'a/b/c']) expect(statSync(join(root, each)).mode & 0o777).toBe(0o700)
  makeFolders('/')
})

test('what cannot be made is told at once: below a file, and where the system says that nothing is there', () => {
  writeFileSync(join(root, 'file'), '')
  expect(() => makeFolders(join(root, 'file', 'below'))).toThrow('EEXIST')
  if (process.platform === 'linux')
    for (const path of ['/proc/clew', '/proc/self/clew/data', '/dev/fd/clew'])
      expect(() => makeFolders(path)).toThrow('ENOENT')
})
