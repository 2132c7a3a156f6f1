import { appearance, chooseAppearance, nextAppearance } from '../appearance.ts'
import { chooseLanguage, language, words } from '../i18n/words.ts'
import { Icon } from './icon.tsx'

/** Changes the language of the page. */
export function LanguageButton() {
  const { switch: text, tag, label } = words.value.shell.language
  const other = language.value === 'en' ? 'zh-CN' : 'en'
  return (
    <button type="button" class="quiet" lang={tag} title={label} onClick={() => void chooseLanguage(other)}>
      {text}
    </button>
  )
}

/** Changes the colours of the page. */
export function AppearanceButton() {
  const label = words.value.shell.appearance[appearance.value]
  return (
    <button
      type="button"
      class="quiet"
      title={label}
      aria-label={label}
      onClick={() => chooseAppearance(nextAppearance(appearance.value))}
    >
      <Icon name={appearance.value} />
    </button>
  )
}
