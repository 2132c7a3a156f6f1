import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from './load-config.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'clew-config-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

function load(env: Record<string, string>): { exit: string; problems: readonly string[] } {
  const place = { env, directory, workingDirectory: directory, instrumentations: [] }
  const { config, problems } = loadConfig(place)
  return { exit: config.pipeline.exit, problems }
}

describe('loadConfig()', () => {
  it('is content without a file', () => {
    expect(load({})).toEqual({ exit: 'flush', problems: [] })
  })

  it('reads clew.yaml beside the package.json', () => {
    writeFileSync(join(directory, 'clew.yaml'), 'pipeline: { exit: spool }\nquite: true\n')
    expect(load({})).toEqual({
      exit: 'spool',
      problems: ['clew.yaml:2: quite: nothing of that name can be configured; write quiet'],
    })
  })

  it('reads the file that CLEW_CONFIG names, from the working directory on', () => {
    writeFileSync(join(directory, 'other.yaml'), 'pipeline: { exit: off }\n')
    expect(load({ CLEW_CONFIG: 'other.yaml' })).toEqual({ exit: 'off', problems: [] })
  })

  it('says when that file is not there', () => {
    const { exit, problems } = load({ CLEW_CONFIG: 'lost.yaml' })
    expect([exit, problems]).toEqual([
      'flush',
      ['CLEW_CONFIG: it cannot be read: ENOENT: no such file or directory; in force: the environment alone'],
    ])
  })
})
