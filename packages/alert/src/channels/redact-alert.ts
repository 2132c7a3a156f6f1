import type { Alert } from '../alert.ts'

/** The same alert without what must not be told: `redact` gets all text that comes from the log. */
export function redactAlert(alert: Alert, redact: (text: string) => string): Alert {
  const { observation, group, lines } = alert
  const { seen, before } = observation
  return {
    ...alert,
    group: Object.fromEntries(Object.entries(group).map(([field, value]) => [field, redact(value)])),
    observation: {
      ...observation,
      ...(seen !== undefined && { seen: redact(seen) }),
      ...(before !== undefined && { before: redact(before) }),
    },
    lines: lines.map((line) => ({ ...line, text: redact(line.text) })),
  }
}
