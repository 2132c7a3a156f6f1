import { batch, signal } from '@preact/signals'
import { readStored, store } from '../stored.ts'
import { en, type Words } from './en/index.ts'

const languages = ['en', 'zh-CN'] as const
export type Language = (typeof languages)[number]

/** The language of the page. Change it by {@link chooseLanguage}, which loads its words first. */
export const language = signal<Language>('en')

/** The texts in the reader's language: `words.value.shell.search`. */
export const words = signal<Words>(en)

/** The first of a reader's languages that there is: any Chinese is Simplified Chinese, everything else English. */
export function pickLanguage(preferred: readonly string[]): Language {
  for (const one of preferred) {
    if (/^zh\b/i.test(one)) return 'zh-CN'
    if (/^en\b/i.test(one)) return 'en'
  }
  return 'en'
}

/** Loads and shows a language, and keeps it for the next visit. */
export async function chooseLanguage(chosen: Language): Promise<void> {
  store('language', chosen)
  await showLanguage(chosen)
}

/** Shows the language that was stored or else the browser's. Resolves when its words are there. */
export function startLanguage(): Promise<void> {
  const stored = languages.find((one) => one === readStored('language'))
  return showLanguage(stored ?? pickLanguage(navigator.languages))
}

async function showLanguage(chosen: Language): Promise<void> {
  const loaded = chosen === 'en' ? en : (await import('./zh/index.ts')).zh
  batch(() => {
    words.value = loaded
    language.value = chosen
  })
  document.documentElement.lang = chosen
}
