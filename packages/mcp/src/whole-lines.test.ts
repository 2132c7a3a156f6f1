import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wholeLines } from './whole-lines.ts'

async function through(pieces: readonly Buffer[]): Promise<[string, number]> {
  let leftOut = 0
  const lines = wholeLines(5, () => leftOut++)
  const read = lines.toArray()
  for (const piece of pieces) lines.write(piece)
  lines.end()
  return [Buffer.concat(await read).toString(), leftOut]
}

test('lines come whole however they are cut, and one that is too long costs itself alone', async () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'ä', ' '), maxLength: 9 })
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.integer({ min: 0, max: 99 })), async (lines, cuts) => {
      const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(''))
      const places = [
        0,
        ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
        bytes.length,
      ]
      const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end))
      const short = lines.filter((each) => Buffer.byteLength(each) <= 5)
      expect(await through(pieces)).toEqual([
        short.map((each) => `${each}\n`).join(''),
        lines.length - short.length,
      ])
    }),
  )
})
