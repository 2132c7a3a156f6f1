import { batch, signal } from '@preact/signals'
import { readStored, store } from '../stored.ts'
import { en } from './en/index.ts'
import { type Language, language, languages, pickLanguage } from './language.ts'

/** The texts of a part in one language; English says which there are. */
export type Words = typeof en

/** The texts in the reader's language: `words.value.shell.search`. */
export const words = signal<Words>(en)

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
