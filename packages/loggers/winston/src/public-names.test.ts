import { expect, test } from 'vitest'
import * as main from './index.ts'
import * as transport from './transport.ts'

test('the public names', () => {
  expect([Object.keys(main), Object.keys(transport)]).toEqual([
    ['winstonInstrumentation'],
    ['ClewTransport', 'clewFormat'],
  ])
})
