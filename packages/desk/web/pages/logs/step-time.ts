import { computed } from '@preact/signals'
import { language } from '../../i18n/words.ts'
import type { Step } from './histogram-bars.ts'

const instant = computed(
  () =>
    new Intl.DateTimeFormat(language.value, {
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    }),
)

/** Day and time to the second, local. */
export function formatStep(unixMs: number): string {
  return instant.value.format(unixMs)
}

/** From when to when a step goes. */
export function formatSpan({ fromUnixMs, toUnixMs }: Pick<Step, 'fromUnixMs' | 'toUnixMs'>): string {
  return instant.value.formatRange(fromUnixMs, toUnixMs)
}
