import { unwatchFile, watchFile } from 'node:fs'
import { report, runInContext, suppressedRoot } from '@clew/core'
import { type ConfigPlace, loadConfig, yamlPathOf } from '../config/load-config.ts'
import type { KeepConfig, ReadConfig } from '../config/read-config.ts'
import { describeKeep } from './open-keep.ts'
import { watchHangup } from './watch-hangup.ts'

const watchIntervalMs = 2_000

/** What the last reading of the configuration found, for those who ask. */
export type LastReading = Pick<ReadConfig, 'problems' | 'keepFrom'> & { readUnixMs: number; keep: KeepConfig }

export type KeepWatch = { last(): LastReading; stop(): void }

/**
 * Looks at clew.yaml every two seconds, and with `signals` on each SIGHUP that the application listens to, and brings other rules
 * into force when it has changed. While it cannot be read those from before stay: half a file must not have all records sent.
 */
export function watchKeep(
  place: ConfigPlace,
  signals: boolean,
  change: (keep: KeepConfig) => void,
): KeepWatch {
  const path = yamlPathOf(place)
  let last = readLast(place)
  const look = (): void => {
    const before = JSON.stringify(last.keep)
    last = readLast(place, last)
    for (const problem of last.problems) report('CLEW_CONFIG', problem)
    const next = JSON.stringify(last.keep)
    if (next === before) return
    change(last.keep)
    report('CLEW_KEEP_CHANGED', describeKeep(last.keep), next)
  }
  runInContext(suppressedRoot, () => watchFile(path, { interval: watchIntervalMs, persistent: false }, look))
  const stop = signals ? watchHangup(() => runInContext(suppressedRoot, look)) : undefined
  return {
    last: () => last,
    stop() {
      unwatchFile(path, look)
      stop?.()
    },
  }
}

function readLast(place: ConfigPlace, before?: LastReading): LastReading {
  const { config, problems, keepFrom, isYamlRead } = loadConfig(place)
  const readUnixMs = Date.now()
  if (isYamlRead || before === undefined) return { problems, keepFrom, keep: config.keep, readUnixMs }
  const kept = 'clew.yaml: until it can be read what was kept before is kept'
  return { ...before, problems: [...problems, kept], readUnixMs }
}
