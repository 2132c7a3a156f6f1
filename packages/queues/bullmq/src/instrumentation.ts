import manifest from '@clew/bullmq/package.json' with { type: 'json' }
import {
  type Instrumentation,
  type OptionValues,
  onModuleLoad,
  type Runtime,
  type Stop,
  stopAll,
} from '@clew/core'
import type { Tracer } from '@opentelemetry/api'
import { attachConsumer } from './consumer.ts'
import { createJobContexts, type JobContexts } from './job-contexts.ts'
import { createJobRecords } from './job-records.ts'
import { createKnownJobs } from './known-jobs.ts'
import type { BullMQ, ChildProcessor } from './library.ts'
import { attachManual } from './manual.ts'
import { options } from './options.ts'
import { attachProducer, metadataOption } from './producer.ts'
import { attachQueueEvents } from './queue-events.ts'
import { attachChild, attachSandboxes } from './sandbox.ts'
import { attachScheduler } from './scheduler.ts'
import { attachHousekeeping, attachSuppression } from './suppression.ts'
import { attachWorkerEvents } from './worker-events.ts'

const library = { name: 'bullmq', versions: { from: '5.21.0', below: '7.0.0' } } as const

/** Runs each job of BullMQ in the trace of the code that added it. */
export const bullmqInstrumentation: Instrumentation<typeof options> = {
  name: 'bullmq',
  version: manifest.version,
  library,
  seam: 'add of Queue and FlowProducer, callProcessJob and emit of Worker, emit of QueueEvents',
  options,
  start,
}

function start({ tracer, options: values }: Runtime<typeof options>): Stop {
  const contexts = createJobContexts(tracer, values)
  const stops = [
    onModuleLoad<BullMQ>(library, (bullmq, { version }) => attach(bullmq, version, tracer, contexts, values)),
    // A sandbox loads this file alone.
    onModuleLoad<{ ChildProcessor: { prototype: ChildProcessor } }>(
      { ...library, file: 'dist/cjs/classes/child-processor.js' },
      ({ ChildProcessor }) => attachChild(ChildProcessor),
    ),
  ]
  return () => stopAll(stops)
}

function attach(
  bullmq: BullMQ,
  version: string,
  tracer: Tracer,
  contexts: JobContexts,
  values: OptionValues<typeof options>,
): Stop[] {
  const option = metadataOption(version)
  const known = createKnownJobs(contexts)
  const records = createJobRecords(bullmq.Job, contexts)
  return [
    // First, so that all other wraps are around it and see the caller's context.
    ...attachSuppression(bullmq),
    ...attachProducer(bullmq, option, tracer, known),
    ...attachScheduler(bullmq, option),
    ...attachConsumer(bullmq, contexts),
    ...attachManual(bullmq, contexts, records),
    ...attachWorkerEvents(bullmq, contexts, records),
    ...attachQueueEvents(bullmq, known, values.lookup),
    ...attachSandboxes(bullmq, contexts, option),
    ...attachHousekeeping(bullmq),
  ]
}
