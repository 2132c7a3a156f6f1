// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are sources to be checked
import { expect, test } from 'vitest'
import { checkAddresses } from './check-addresses.ts'
import { houseOf } from './house.ts'

const linesFound = (text: string): (number | undefined)[] =>
  checkAddresses(houseOf({ 'packages/a/package.json': '{}', 'packages/a/src/a.ts': text })).map(
    ({ line }) => line,
  )

test('an address in a sentence, or said as it is, is found', () => {
  const text = [
    'say(`cannot reach ${endpoint.url}`)',
    'const a = () => `sent to ${url}: ${count}`',
    'const b = `no answer of ${new Thing().target.href} yet`',
    "const c = 'nobody at ' + url.href",
    'console.error(endpoint.url)',
    'problems.say(code, url.toString())',
    'report(code, `from ${String(url)}`)',
  ]
  expect(linesFound(text.join('\n'))).toEqual([1, 2, 3, 4, 5, 6, 7])
})

test('one that is made printable, or put together, is not', () => {
  const text = [
    'say(`cannot reach ${printableAddress(endpoint.url)}`)',
    "const a = `${url}/v1/logs?key=${encodeURIComponent('a b')}`",
    'const b = `${url.host} answered`',
    'fetch(url.href)',
    "const c = url.href + '/v1/logs'",
  ]
  expect(linesFound(text.join('\n'))).toEqual([])
})
