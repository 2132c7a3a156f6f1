import type { Reader } from './reader.ts'
import { defaultDelayMs, type ExitMode, pipelineSettings, signalSettings } from './settings.ts'

/** What happens between a record and the receiver. */
export type PipelineConfig = {
  maxQueueBytes: number
  scheduleDelayMs: number
  /** False: no spool. Undefined: not given. */
  spoolDirectory: string | false | undefined
  maxSpoolBytes: number
  maxSpoolAgeMs: number | undefined
  writeAhead: boolean
  exit: ExitMode
  signals: boolean
}

export function readPipeline(reader: Reader): PipelineConfig {
  const { read } = reader
  const delays = [read(signalSettings.spanDelay), read(signalSettings.logDelay)]
  const given = delays.filter((delay) => delay !== undefined)
  return {
    maxQueueBytes: read(pipelineSettings.maxQueueBytes),
    scheduleDelayMs: given.length > 0 ? Math.min(...given) : defaultDelayMs,
    spoolDirectory: read(pipelineSettings.spoolDirectory),
    maxSpoolBytes: read(pipelineSettings.maxSpoolBytes),
    maxSpoolAgeMs: read(pipelineSettings.maxSpoolAge),
    writeAhead: readWriteAhead(reader),
    exit: read(pipelineSettings.exit),
    signals: read(pipelineSettings.signals),
  }
}

function readWriteAhead(reader: Reader): boolean {
  const isOn = reader.read(pipelineSettings.writeAhead)
  if (!isOn || reader.read(pipelineSettings.spoolDirectory) !== false) return isOn
  const place = reader.placeOf(pipelineSettings.writeAhead)
  const folder = reader.placeOf(pipelineSettings.spoolDirectory)
  reader.report(
    `${place}: nothing is written ahead without a folder, and ${folder} is off; write a folder there; in force: off`,
  )
  return false
}
