import { createRequire } from 'node:module'
import { isMainThread } from 'node:worker_threads'
import { type Stop, setStatus } from '@clew/core'
import type * as Description from './describe-status.ts'
import type { StatusParts } from './describe-status.ts'

const require = createRequire(import.meta.url)

/** Lets others show what this process does, and shows it on `port` itself unless that is 0. What tells it is loaded when somebody asks. */
export function showStatus(port: number, parts: StatusParts): Stop[] {
  const load = (): typeof Description => require('./describe-status.js') as typeof Description
  const read = (): object => load().describeStatus(parts)
  const unset = setStatus(read)
  // Worker threads have the environment of their process.
  return port > 0 && isMainThread ? [unset, load().serveStatus(port, read)] : [unset]
}
