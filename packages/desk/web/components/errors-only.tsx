import { words } from '../i18n/words.ts'
import { isErrorsOnly, showErrorsOnly } from '../search-of-page.ts'
import { Icon } from './icon.tsx'

/** The button that turns it on and off; the search box has no part in it. */
export function ErrorsOnly() {
  const isOn = isErrorsOnly()
  return (
    <button type="button" class="errors-only" aria-pressed={isOn} onClick={() => showErrorsOnly(!isOn)}>
      <Icon name="error" />
      {words.value.shell.errorsOnly.button}
    </button>
  )
}

/** For an empty list: also what has no error. */
export function WithoutErrorsOnly() {
  if (!isErrorsOnly()) return null
  return (
    <button type="button" onClick={() => showErrorsOnly(false)}>
      {words.value.shell.errorsOnly.off}
    </button>
  )
}
