import { afterAll, expect, test } from 'vitest'
import { killApps, preload, runApp } from './app-process.ts'
import { createApplication } from './application.ts'

const dependencies = ['bullmq', 'express', 'fastify', 'http', 'ioredis', 'node', 'pg', 'winston']
const application = createApplication({
  dependencies: ['@opentelemetry/api', ...dependencies.map((name) => `@clew/${name}`)],
})
afterAll(() => {
  killApps()
  application.remove()
})

/** Each takes milliseconds to load. */
const heavy = ['crypto', 'zlib', 'http2', 'https', 'tls']

test('a process that records nothing loads no built-in module that only sending needs', async () => {
  application.writeFile(
    'loaded.cjs',
    `
const isLoaded = (name) => process.moduleLoadList.includes('NativeModule ' + name)
setTimeout(() => console.log(${JSON.stringify(heavy)}.filter(isLoaded).join() || 'none'))
`,
  )
  const { code, stdout, stderr } = await runApp({
    cwd: application.directory,
    args: [...preload, 'loaded.cjs'],
    env: { CLEW_QUIET: '1', OTEL_EXPORTER_OTLP_ENDPOINT: 'https://127.0.0.1:1' },
  })
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'none\n', stderr: '' })
})
