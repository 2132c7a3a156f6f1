import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readLines } from './lines.ts'

async function* cut(text: string, sizes: readonly number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  let start = 0
  for (let i = 0; start < bytes.length; i++) {
    const end = start + (sizes[i % sizes.length] ?? bytes.length)
    yield bytes.subarray(start, end)
    start = end
  }
}

const refuse = (line: number): void => {
  throw new Error(`line ${line} is too long`)
}

test('lines are the same wherever the bytes are cut', async () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'é', '{', '\r'), maxLength: 6 })
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(fc.array(line), sizes, async (lines, parts) => {
      const found: [number, string][] = []
      for await (const { number, bytes } of readLines(cut(lines.join('\n'), parts), 1000, refuse)) {
        found.push([number, bytes.toString()])
      }
      const expected = lines
        .map((text, i): [number, string] => [i + 1, i < lines.length - 1 ? text.replace(/\r$/, '') : text])
        .filter(([, text]) => text !== '')
      expect(found).toEqual(expected)
    }),
  )
})

test('a line that is too long is an error, before its end has come', async () => {
  const read = async (): Promise<void> => {
    for await (const _ of readLines(cut('a\nbbbbbbbb', [2]), 4, refuse));
  }
  await expect(read()).rejects.toThrow('line 2 is too long')
})

test('a line that is too long can be passed over, wherever the bytes are cut', async () => {
  const text = `a\n${'b'.repeat(50)}\nc\r\n${'d'.repeat(9)}\n${'e'.repeat(30)}`
  for (let size = 1; size <= 60; size++) {
    const found: [number, string][] = []
    const long: number[] = []
    for await (const { number, bytes } of readLines(cut(text, [size]), 10, (line) => void long.push(line)))
      found.push([number, bytes.toString()])
    expect([size, found, long]).toEqual([
      size,
      [
        [1, 'a'],
        [3, 'c'],
        [4, 'ddddddddd'],
      ],
      [2, 5],
    ])
  }
})
