import type { SeverityBand } from '../api/index.ts'

const bands: SeverityBand[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']

/** The band of OTLP's SeverityNumber; what is unspecified counts as info. */
export function severityBand(severity: number): SeverityBand {
  return bands[Math.ceil(severity / 4) - 1] ?? 'info'
}
