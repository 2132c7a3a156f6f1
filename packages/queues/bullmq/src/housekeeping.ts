import { runInContext, type Stop, suppressedRoot, wrapMethod } from '@clew/core'
import { type BullMQ, hasOwnTelemetry, owner, type Worker } from './library.ts'

/**
 * Runs the loops of workers in no context, so that what a worker does for its whole life is not part of the request
 * that happened to create it. Left alone where the user's own telemetry adapter watches them.
 */
export function attachHousekeeping(bullmq: BullMQ): Stop[] {
  const worker = bullmq.Worker.prototype
  const detach = (loop: (this: Worker, ...args: []) => Promise<void>) =>
    function (this: Worker, ...args: []): Promise<void> {
      if (hasOwnTelemetry(this)) return loop.apply(this, args)
      return runInContext(suppressedRoot, () => loop.apply(this, args))
    }
  return [
    wrapMethod(owner, worker, 'run', detach),
    wrapMethod(owner, worker, 'startStalledCheckTimer', detach),
  ]
}
