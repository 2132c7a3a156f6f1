import { createRequire } from 'node:module'
import { join } from 'node:path'
import { guard } from '@clew/core'
import type * as api from '@opentelemetry/api'
import type { ClewConfig } from '../config/read-config.ts'

/** OTEL_LOG_LEVEL: what OpenTelemetry's own parts in the application say goes to the console. */
export function enableDiagnostics(level: ClewConfig['logLevel'], directory: string): void {
  if (level === undefined || level === 'none') return
  guard(
    'OTEL_LOG_LEVEL',
    () => {
      const { diag, DiagConsoleLogger, DiagLogLevel } = createRequire(join(directory, 'package.json'))(
        '@opentelemetry/api',
      ) as typeof api
      const name = level.toUpperCase() as Uppercase<typeof level>
      diag.setLogger(new DiagConsoleLogger(), { logLevel: DiagLogLevel[name], suppressOverrideMessage: true })
    },
    undefined,
  )
}
