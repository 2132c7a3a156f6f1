import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createIdCounts } from './id-counts.ts'

test('never fewer than have an id, however many came and went, and most that nobody has are told', () => {
  const step = fc.tuple(
    fc.boolean(),
    fc.nat({ max: 2 ** 31 }).map((id) => id * 65_537),
  )
  fc.assert(
    fc.property(fc.array(step, { minLength: 400, maxLength: 2000 }), (steps) => {
      const known = new Map<number, number>()
      const counts = createIdCounts(() =>
        [...known].flatMap(([id, count]) => new Array<number>(count).fill(id)),
      )
      for (const [isAdded, id] of steps) {
        const [leaving] = known.keys()
        if (isAdded || leaving === undefined) {
          counts.add([id, id])
          known.set(id, (known.get(id) ?? 0) + 2)
        } else {
          counts.remove([leaving])
          const left = known.get(leaving)! - 1
          if (left === 0) known.delete(leaving)
          else known.set(leaving, left)
        }
      }
      for (const [id, count] of known) expect(counts.atMost(id)).toBeGreaterThanOrEqual(count)
      const unknown = Array.from({ length: 1000 }, (_, i) => i * 77_777_777_777)
      expect(unknown.filter((id) => counts.atMost(id) > 0).length).toBeLessThan(500)
    }),
    { numRuns: 50 },
  )
})
