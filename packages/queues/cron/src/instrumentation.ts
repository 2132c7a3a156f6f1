import { type Instrumentation, onModuleLoad, runAsRoot, SpanKind, wrapMethod } from '@clew/core'
import manifest from '@clew/cron/package.json' with { type: 'json' }

/** https://github.com/kelektiv/node-cron#cronjob-class */
type CronJob = { readonly name?: string; readonly cronTime: { readonly source: unknown } }
type Callback = (this: unknown, ...args: unknown[]) => unknown
type CronModule = {
  CronJob: { prototype: { addCallback(this: CronJob, callback: Callback): unknown } }
}

const versions = { from: '3.0.0', below: '5.0.0' } as const

/** Gives each run of a job's callback a trace of its own; `@nestjs/schedule` stands on such jobs. */
export const cronInstrumentation: Instrumentation = {
  name: 'cron',
  version: manifest.version,
  library: { name: 'cron', versions },
  seam: 'CronJob.prototype.addCallback',
  start: ({ tracer }) =>
    onModuleLoad<CronModule>({ name: 'cron', versions }, ({ CronJob: { prototype } }) =>
      wrapMethod('cron', prototype, 'addCallback', (addCallback) => {
        // The constructor adds the callback that it was given in the same way.
        return function (this: CronJob, callback) {
          if (typeof callback !== 'function') return addCallback.call(this, callback)
          const job = this
          return addCallback.call(this, function (this: unknown, ...args) {
            return runAsRoot(tracer, describeRun(job), () => callback.apply(this, args))
          })
        }
      }),
    ),
}

function describeRun({ name, cronTime: { source } }: CronJob) {
  // Of a job that was made with a date it is that date, which no other job has: no expression, and no name.
  const expression = typeof source === 'string' ? source : undefined
  return {
    name: `cron ${name ?? expression ?? 'once'}`,
    kind: SpanKind.INTERNAL,
    // https://opentelemetry.io/docs/specs/semconv/registry/attributes/faas/
    attributes: { 'faas.trigger': 'timer', ...(expression !== undefined && { 'faas.cron': expression }) },
  }
}
