import { warningWords } from '@clew/alert/words'
import { lowestSeverity } from '@clew/otlp/severity'
import { safeText } from '@clew/otlp/text'
import type { Pattern, WarningRow } from '../../../api/index.ts'
import { type Answer, api, useAnswer } from '../../api-client.ts'
import { Icon } from '../../components/icon.tsx'
import { language, words } from '../../i18n/words.ts'
import { useTurns } from '../../turns.ts'
import { hrefOf } from '../../url.ts'

const windowMs = 600_000
const everyMs = 15_000
const mostShown = 3

type Entry = { href: string; what: { warning: WarningRow } | { pattern: Pattern } }

/** What was warned of in the last ten minutes, and which kinds of warnings and errors came for the first time: three at most. */
export function Changed() {
  const turn = useTurns(everyMs)
  const { answer } = useAnswer(askChanges, [], turn)
  const { title, none } = words.value.chains.changed
  const entries = answer?.value
  if (entries === undefined) return null
  return (
    <section class="changed" aria-label={title}>
      <b>{title}</b>
      {entries.length === 0 && <span class="muted">{none}</span>}
      {entries.length > 0 && (
        <ul>
          {entries.map(({ href, what }) => (
            <li key={href}>
              <a href={href} title={textOf(what)}>
                <Icon name="warn" /> {textOf(what)}
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

async function askChanges(abort: AbortSignal): Promise<Answer<Entry[]>> {
  const from = Date.now() - windowMs
  const [told, seen] = await Promise.all([
    api.warnings({ from, limit: mostShown }, abort),
    api.patterns({ from, steps: 1 }, abort),
  ])
  if (told.failure) return told
  if (seen.failure) return seen
  const fresh = seen.value.patterns
    .filter(({ isNew, severity }) => isNew && severity >= lowestSeverity.warn)
    .toSorted((one, other) => other.severity - one.severity || other.count - one.count)
  const entries: Entry[] = [
    ...told.value.warnings.map((warning) => ({
      href: hrefOf('/alerts', { warning: warning.id }),
      what: { warning },
    })),
    ...fresh.map((pattern) => ({
      href: hrefOf('/patterns', { from, new: 1, pattern: pattern.id }),
      what: { pattern },
    })),
  ]
  return { value: entries.slice(0, mostShown) }
}

function textOf(what: Entry['what']): string {
  if ('pattern' in what) return words.value.chains.changed.fresh(safeText(what.pattern.text))
  const { services, changes } = what.warning
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  const first = warningWords[language.value === 'en' ? 'en' : 'zh'].change(changes[0]!, timeZone)
  return safeText(`${services[0]}: ${first}`)
}
