import { expect, it } from 'vitest'
import { nearestName } from './nearest-name.ts'

const variables = ['CLEW_EXIT', 'CLEW_MAX_QUEUE_BYTES', 'CLEW_QUIET']
const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']

it.each([
  ['CLEW_MAX_QUEUE_BYTE', variables, 'CLEW_MAX_QUEUE_BYTES'],
  ['CLEW_MAXQUEUE_BYTES', variables, 'CLEW_MAX_QUEUE_BYTES'],
  ['CLEW_EXITS', variables, 'CLEW_EXIT'],
  ['clew_quiet', variables, 'CLEW_QUIET'],
  ['CLEW_SOMETHING_ELSE', variables, undefined],
  ['wran', levels, 'warn'],
  ['err', levels, 'error'],
  ['loud', levels, undefined],
  ['', levels, undefined],
  ['xy', ['pg'], undefined],
  ['x'.repeat(1e6), levels, undefined],
])('the name nearest to %.20s of %j is %s', (name, known, expected) => {
  expect(nearestName(name, known)).toBe(expected)
})
