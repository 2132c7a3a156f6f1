import { words } from '../i18n/words.ts'
import { severityBand } from '../severity-band.ts'
import { Icon } from './icon.tsx'

/** A severity as icon and word, never by colour alone. `severity` is OTLP's SeverityNumber. */
export function Severity({ severity }: { severity: number }) {
  const band = severityBand(severity)
  return (
    <span class={`severity severity-${band}`}>
      <Icon name={band} />
      {words.value.shell.severity[band]}
    </span>
  )
}
