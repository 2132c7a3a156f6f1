import { signal } from '@preact/signals'

export const languages = ['en', 'zh-CN'] as const
export type Language = (typeof languages)[number]

/** The language of the page. Change it by `chooseLanguage`, which loads its words first. */
export const language = signal<Language>('en')

/** The first of a reader's languages that there is: any Chinese is Simplified Chinese, everything else English. */
export function pickLanguage(preferred: readonly string[]): Language {
  for (const one of preferred) {
    if (/^zh\b/i.test(one)) return 'zh-CN'
    if (/^en\b/i.test(one)) return 'en'
  }
  return 'en'
}
