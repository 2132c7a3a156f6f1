import { unwatchFile, watchFile } from 'node:fs'
import { report, runInContext, suppressedRoot } from '@clew/core'
import { type ConfigPlace, loadConfig, yamlPathOf } from '../config/load-config.ts'
import type { KeepConfig } from '../config/read-config.ts'
import { describeKeep } from './open-keep.ts'
import { watchHangup } from './watch-hangup.ts'

const watchIntervalMs = 2_000

/**
 * Looks at clew.yaml every two seconds, and with `signals` on each SIGHUP that the application listens to, and brings other rules
 * into force when it has changed. Returns the way to stop.
 */
export function watchKeep(
  place: ConfigPlace,
  signals: boolean,
  change: (keep: KeepConfig) => void,
): () => void {
  const path = yamlPathOf(place)
  let inForce = JSON.stringify(loadConfig(place).config.keep)
  const look = (): void => {
    const { config, problems } = loadConfig(place)
    for (const problem of problems) report('CLEW_CONFIG', problem)
    const next = JSON.stringify(config.keep)
    if (next === inForce) return
    inForce = next
    change(config.keep)
    report('CLEW_KEEP_CHANGED', describeKeep(config.keep), next)
  }
  runInContext(suppressedRoot, () => watchFile(path, { interval: watchIntervalMs, persistent: false }, look))
  const stop = signals ? watchHangup(() => runInContext(suppressedRoot, look)) : undefined
  return () => {
    unwatchFile(path, look)
    stop?.()
  }
}
