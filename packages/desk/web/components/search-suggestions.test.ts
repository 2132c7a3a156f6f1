import { expect, test } from 'vitest'
import { suggestAt, takeSuggestion } from './search-suggestions.ts'

const facets = [
  {
    name: 'service',
    values: [
      { value: 'orders-api', count: 9 },
      { value: 'mailer', count: 2 },
    ],
  },
  { name: 'level', values: [{ value: 'warn', count: 3 }] },
  { name: 'user', values: [{ value: 'Anna K', count: 4 }] },
  { name: 'user.id', values: [] },
  { name: 'a key', values: [] },
  { name: 'messaging.destination.name', values: [{ value: 'mails', count: 1 }] },
]
const texts = (text: string, caret = text.length) =>
  suggestAt(text, caret, facets).list.map((one) => one.text)

test.each([
  ['se', ['service:', 'user:', 'user.id:']],
  ['refused -le', ['level:']],
  ['d', ['dur>', 'user.id:', 'messaging.destination.name:']],
  ['a k', ['"a key":']],
  ['level>=w', ['level>=warn']],
  ['has:', ['has:error', 'has:exception', 'has:trace']],
  ['(service:', ['service:orders-api', 'service:mailer']],
  ['-service:ma', ['service:mailer']],
  ['user:an', ['user:"Anna K"']],
  ['user:"Anna', ['user:"Anna K"']],
  ['queue:', ['queue:mails']],
  ['order.id>', []],
  ['"in quotes', []],
  ['constructor:', []],
])('%s goes on with %j', (text, expected) => {
  expect(texts(text)).toEqual(expected)
})

test('a suggestion takes the place of the term at the caret and keeps what is around it', () => {
  const text = 'refused -serv other'
  const keys = suggestAt(text, 13, facets)
  const withKey = takeSuggestion(text, keys, keys.list[0]!)
  const values = suggestAt(withKey.text, withKey.caret, facets)
  const whole = takeSuggestion(withKey.text, values, values.list[1]!)
  expect([withKey, whole]).toEqual([
    { text: 'refused -service: other', caret: 17 },
    { text: 'refused -service:mailer other', caret: 24 },
  ])
})
