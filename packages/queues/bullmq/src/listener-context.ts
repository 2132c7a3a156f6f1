import { activeContext, isTracingSuppressed, rootContext } from '@clew/core'
import type { Context } from '@opentelemetry/api'

/** The context of whoever caused an event, or none when that was BullMQ's own housekeeping. */
export function contextOfCaller(): Context {
  const context = activeContext()
  return isTracingSuppressed(context) ? rootContext : context
}
