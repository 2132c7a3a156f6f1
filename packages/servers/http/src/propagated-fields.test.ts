import { rootContext } from '@clew/core'
import { propagation } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { baggageOf, contextWithBaggage } from './propagated-fields.ts'

test('the API reads what is written here, and here is read what the API writes', () => {
  const ours = contextWithBaggage(rootContext, new Map([['tenant', 'acme']]))
  expect(propagation.getBaggage(ours)?.getAllEntries()).toEqual([['tenant', { value: 'acme' }]])
  const theirs = propagation.setBaggage(rootContext, propagation.createBaggage({ plan: { value: 'gold' } }))
  expect(baggageOf(contextWithBaggage(theirs, new Map([['tenant', 'acme']])))?.getAllEntries()).toEqual([
    ['plan', { value: 'gold' }],
    ['tenant', { value: 'acme' }],
  ])
})

test('a baggage does not change when another is made of it', () => {
  const baggage = baggageOf(
    contextWithBaggage(rootContext, new Map(Object.entries({ a: '1', b: '2', c: '3' }))),
  )!
  const kept = [baggage.removeEntry('a'), baggage.removeEntries('a', 'b'), baggage.clear(), baggage]
  expect(
    kept.map((each) =>
      each
        .getAllEntries()
        .map(([name]) => name)
        .join(),
    ),
  ).toEqual(['b,c', 'c', '', 'a,b,c'])
})
