import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fifo } from './fifo.ts'

test('it does what an array does, however many wait', () => {
  const steps = fc.array(fc.oneof(fc.record({ push: fc.nat(3000) }), fc.record({ shift: fc.nat(3000) })), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(steps, (all) => {
      const fifo = new Fifo<number>()
      const array: number[] = []
      let next = 0
      for (const step of all) {
        if ('push' in step) {
          for (const last = next + step.push; next < last; next++) {
            array.push(next)
            fifo.push(next)
          }
        } else for (let i = 0; i < step.shift; i++) expect(fifo.shift()).toBe(array.shift())
        expect([fifo.length, [...fifo]]).toEqual([array.length, array])
      }
      expect([fifo.splice(), fifo.length]).toEqual([array, 0])
    }),
    { numRuns: 50 },
  )
})
