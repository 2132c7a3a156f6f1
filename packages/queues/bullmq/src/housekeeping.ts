import { runInContext, type Stop, SUPPRESSED_ROOT, wrapMethod } from '@clew/core'
import { type BullMQ, hasOwnTelemetry, OWNER, type Worker } from './library.ts'

/**
 * Runs the loops of workers in no context, so that what a worker does for its whole life is not part of the request
 * that happened to create it. Left alone where the user's own telemetry adapter watches them.
 */
export function attachHousekeeping(bullmq: BullMQ): Stop[] {
  const worker = bullmq.Worker.prototype
  const detach = (loop: (this: Worker) => Promise<void>) =>
    function (this: Worker): Promise<void> {
      return hasOwnTelemetry(this) ? loop.call(this) : runInContext(SUPPRESSED_ROOT, () => loop.call(this))
    }
  return [
    wrapMethod(OWNER, worker, 'run', detach),
    wrapMethod(OWNER, worker, 'startStalledCheckTimer', detach),
  ]
}
