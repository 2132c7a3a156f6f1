import type { Server } from 'node:net'

/** Open at once; each costs a descriptor and some ten kilobytes. */
export const maxConnections = 1024

const saidEveryMs = 60_000

/**
 * Turns away connections beyond {@link maxConnections}, and then ends by `closeIdle` those on which nothing is asked, so that who comes
 * again finds room. `onFull` hears of it at once and then once a minute at most, with how many were turned away since.
 */
export function limitConnections(
  server: Server,
  closeIdle: () => void,
  onFull: ((message: string) => void) | undefined,
): void {
  let turnedAway = 0
  let saidAtMs = Number.NEGATIVE_INFINITY
  server.maxConnections = maxConnections
  server.on('drop', (dropped) => {
    turnedAway++
    closeIdle()
    const nowMs = performance.now()
    if (nowMs - saidAtMs < saidEveryMs) return
    onFull?.(`port ${dropped?.localPort} has ${maxConnections} connections; turned away: ${turnedAway}`)
    turnedAway = 0
    saidAtMs = nowMs
  })
}
