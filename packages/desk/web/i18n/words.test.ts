import { expect, test } from 'vitest'
import { pickLanguage } from './words.ts'

test('the first language of the reader that there is', () => {
  expect([
    pickLanguage(['zh-TW', 'en']),
    pickLanguage(['de-DE', 'zh']),
    pickLanguage(['en-GB', 'zh-CN']),
    pickLanguage(['fr']),
    pickLanguage([]),
  ]).toEqual(['zh-CN', 'zh-CN', 'en', 'en', 'en'])
})
