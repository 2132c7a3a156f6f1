import fc from 'fast-check'
import { expect, test } from 'vitest'
import { longPhraseMatcher } from './long-phrase.ts'
import { foldText, indexTerms, searchableText, wordsOfFolded } from './searchable-text.ts'
import { phraseMatcher, textMatcher } from './text-matcher.ts'

test.each([
  ['timeout', false, 'Timeout after 5s', true],
  ['time', false, 'Timeout after 5s', false],
  ['time', true, 'Timeout after 5s', true],
  ['out', true, 'Timeout after 5s', false],
  ['connection refused', false, 'connection: refused', true],
  ['connection refused', false, 'refused connection', false],
  ['order', false, 'order_id=42', false],
  ['order_id=42', false, 'order_id 42', true],
  ['cafe creme', false, 'Café  crème', true],
  ['CAFÉ', false, 'cafe\u0301', true],
  ['ΣΑΣ', true, 'σασα', true],
  ['istanbul', false, 'İSTANBUL', true],
  ['订单', false, '您的订单失败', true],
  ['订 单', false, '订，单', true],
  ['订单', false, '订，单', false],
  ['单订', false, '订单', false],
  ['abc订单', false, 'xabc订单', false],
  ['が', false, 'か', false],
  ['각', false, '가', false],
  ['각', false, '각'.normalize('NFD'), true],
  ['😀', false, 'so 😀!', true],
  ['->', false, 'a->b', true],
  ['hi', false, 'hi🤔there', true],
  ['हिन्दी', false, 'यह हिन्दी है', true],
  ['हिन', false, 'यह हिन्दी है', false],
])('%s (prefix: %s) in %s: %s', (text, prefix, line, found) => {
  expect(textMatcher(text, prefix).matches(foldText(line))).toBe(found)
})

test.each([
  ['GET /orders 200', 'GET /orders 200'],
  ['订单x', ' 订  单 x'],
  ['Café "x"', 'cafe x '],
  ['𠀀𠀁', ' 𠀀  𠀁 '],
])('the index takes %s as %s', (text, expected) => {
  expect(searchableText(text).replace(/ +/g, ' ')).toBe(expected.replace(/ +/g, ' '))
})

test('terms of the index are single quoted words', () => {
  expect([
    indexTerms('订单 fail"ed', true),
    indexTerms('a OR NEAR(b)', false),
    indexTerms('->', true),
  ]).toEqual([['"订"', '"单"', '"fail"', '"ed" *'], ['"a"', '"OR"', '"NEAR"', '"b"'], []])
})

test('a text matches itself, and any of its words', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.boolean(), (text, prefix) => {
      expect(textMatcher(text, prefix).matches(foldText(`x ${text} y`))).toBe(true)
    }),
  )
})

test('a character is folded alike beside any other', () => {
  const different: string[] = []
  for (let code = 0; code < 0x110000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue
    const character = String.fromCodePoint(code)
    if (foldText(`é ${character}`) !== `e ${foldText(character)}`) different.push(code.toString(16))
  }
  expect(different).toEqual([])
})

test('a long phrase is found where a pattern would find it', () => {
  const piece = fc.constantFrom('a', 'b', 'ab', 'a b', 'a, b', '订', '单', '订单', ' ', '-', 'a订')
  const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''))
  const spaced = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(' '))
  const any = fc.oneof(text, spaced)
  const cut = fc.tuple(any, fc.nat(), fc.nat()).map(([whole, from, length]) => {
    const start = from % (whole.length + 1)
    return { line: whole, phrase: whole.slice(start, start + (length % 12) + 1) }
  })
  const unrelated = fc.record({ line: any, phrase: text.map((whole) => whole.slice(0, 6)) })
  fc.assert(
    fc.property(fc.oneof(cut, unrelated), fc.boolean(), ({ line, phrase }, prefix) => {
      const words = wordsOfFolded(phrase)
      fc.pre(words.length > 0)
      expect(longPhraseMatcher(words, prefix)(line)).toBe(phraseMatcher(words, prefix)(line))
    }),
    { numRuns: 5000 },
  )
})

test('a phrase of 1,500 equal words is looked for in a line of nearly a megabyte', () => {
  const { matches } = textMatcher('again '.repeat(1500), false)
  const almost = `${'again '.repeat(1499)}. never `.repeat(100)
  expect([matches(almost), matches(`${almost}${'again '.repeat(1500)}`)]).toEqual([false, true])
})
