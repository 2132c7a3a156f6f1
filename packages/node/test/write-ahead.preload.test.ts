import { mkdtempSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startOtlpReceiver } from '@clew/testing'
import { expect, test } from 'vitest'
import { nodeMajors } from '../../../scripts/node-versions.ts'
import { preload, runChild } from './preloaded-child.ts'

const directory = join(import.meta.dirname, 'fixtures/winston')

test.for(nodeMajors)(
  'with CLEW_WRITE_AHEAD the records of winston outlive a SIGKILL of the application on Node %s',
  async (node) => {
    const spool = mkdtempSync(join(tmpdir(), 'clew-ahead-'))
    const receiver = await startOtlpReceiver()
    receiver.behave({ status: 503 })
    const run = (way: string, name: string, signals: NodeJS.Signals[]) =>
      runChild({
        ...{ node, directory, signals },
        args: ['ending.cjs', way],
        env: {
          ...preload,
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
          OTEL_SERVICE_NAME: 'ahead',
          OTEL_RESOURCE_ATTRIBUTES: `run=${name}`,
          CLEW_SPOOL_DIR: spool,
          CLEW_WRITE_AHEAD: 'on',
        },
      })
    const killed = await run('signal', 'killed', ['SIGKILL'])
    receiver.behave('accept')
    const next = await run('drain', 'next', [])
    const bodies = (name: string): number =>
      new Set(receiver.logs.filter(({ resource }) => resource.run === name).map(({ body }) => body)).size
    expect({
      killed: bodies('killed'),
      next: bodies('next'),
      signal: killed.signal,
      said: [...`${killed.stderr}${next.stderr}`.matchAll(/CLEW_\w+/g)].map(([code]) => code),
      files: readdirSync(spool, { recursive: true }).filter((name) => String(name).endsWith('.spool')),
    }).toEqual({ killed: 100, next: 100, signal: 'SIGKILL', said: [], files: [] })
    await receiver.close()
    await rm(spool, { recursive: true })
  },
)
