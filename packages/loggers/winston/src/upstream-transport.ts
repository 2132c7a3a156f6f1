import { onModuleLoad, type Stop, wrapMethod } from '@clew/core'
import { isAttached, seam } from './logger-seam.ts'
import { type Info, isLevelEnabled, levelKey, type Transport } from './winston-shapes.ts'

type Log = (this: Transport, info: Info, next?: () => void) => void

type UpstreamTransport = Transport & { log: Log; emit(event: 'logged', info: Info): boolean }

const library = { name: '@opentelemetry/winston-transport', versions: { from: '0.0.0', below: '2.0.0' } }

/**
 * Keeps OpenTelemetry's own winston transport, which its instrumentation adds to every logger, from sending what is
 * sent already. Entries that only this transport's own level lets through stay its.
 */
export function silenceUpstreamTransport(): Stop {
  return onModuleLoad<{ OpenTelemetryTransportV3: { prototype: UpstreamTransport } }>(
    library,
    ({ OpenTelemetryTransportV3 }) =>
      wrapMethod('@clew/winston', OpenTelemetryTransportV3.prototype, 'log', wrapLog),
  )
}

function wrapLog(original: Log): Log {
  return function (this: UpstreamTransport, info, next) {
    if (!isSent(this, info)) return original.call(this, info, next)
    this.emit('logged', info)
    next?.()
  } as Log
}

function isSent({ parent }: Transport, info: Info): boolean {
  if (!seam.sends || !parent || !isAttached(parent)) return false
  return isLevelEnabled(parent, parent.levels[info[levelKey] ?? '']!)
}
