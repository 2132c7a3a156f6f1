import { expect, test } from 'vitest'
import { preload, runApp } from './app-process.ts'

test.each([
  ['without Clew', [], false],
  ['preloaded', preload, true],
] as const)(
  'a timer that a request began and that lives on holds no request and no answer, %s',
  async (_, args, isRecording) => {
    const { stdout, stderr } = await runApp({
      args: ['--expose-gc', ...args, 'released/app.cjs'],
      env: { CLEW_QUIET: 'true', OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
    })
    expect({ ...JSON.parse(stdout), stderr }).toEqual({
      spans: {
        server: isRecording,
        client: isRecording,
        fetch: isRecording,
        'server of HTTP/2': isRecording,
      },
      held: [],
      timers: 4,
      stderr: '',
    })
  },
)
