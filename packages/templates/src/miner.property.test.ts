import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMiner } from './miner.ts'
import { isBlank } from './scan/character.ts'

const fragment = fc.oneof(
  fc.constantFrom(
    ' ',
    ' ',
    ' ',
    ', ',
    ': ',
    '=',
    ':',
    '::',
    '.',
    '-',
    '/',
    '"',
    "'",
    '(',
    ')',
    '[]',
    ' ()',
    '?',
    '\\',
  ),
  fc.constantFrom(
    'job',
    'user',
    'done',
    'failed',
    'msg',
    'KB',
    'ms',
    'GET',
    'true',
    'Mon',
    'node-a',
    'a.b.c',
    'x@y',
  ),
  fc.constantFrom(
    '5',
    '0x1f',
    '10.0.0.1',
    '9f4ef63',
    '/var/log',
    'blk_-69',
    '<*>',
    '用户',
    '登录。',
    '\n',
    '\0',
    '\ud83d',
  ),
  fc.string({ maxLength: 3, unit: 'binary' }),
)
const line = fc.oneof(
  fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
)
const lines = fc.array(line, { maxLength: 60 })

/** What a template stands for: the first line that is not blank, each run of blanks as one. */
function firstLine(text: string): string {
  let first = ''
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\n' && /[^ ]/.test(first)) break
    first += isBlank(text.charCodeAt(at)) ? ' ' : text[at]
  }
  return first.replace(/ +/g, ' ').replace(/^ | $/g, '')
}

/** Whether the parts between the marks follow each other in the line. */
function fits(text: string, line: string): boolean {
  const parts = text.split('<*>')
  const [head = '', ...rest] = parts
  if (rest.length === 0) return text === line
  const tail = rest.pop() ?? ''
  if (!line.startsWith(head)) return false
  let at = head.length
  for (const part of rest) {
    const found = line.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return line.endsWith(tail) && line.length - tail.length >= at
}

test('every line fits the text of its template, then and at the end', () => {
  fc.assert(
    fc.property(lines, (all) => {
      const miner = createMiner()
      const ids = all.map((one) => miner.add(one))
      const misfits = all.filter((one, index) => !fits(miner.get(ids[index]!)!.text, firstLine(one)))
      expect(misfits).toEqual([])
    }),
    { numRuns: 1000 },
  )
})

test('a line that comes again changes nothing', () => {
  fc.assert(
    fc.property(lines, (all) => {
      const miner = createMiner()
      const again = all.map((one) => [miner.add(one), miner.add(one), miner.lastChanged])
      expect(again).toEqual(again.map(([id]) => [id, id, false]))
    }),
    { numRuns: 1000 },
  )
})

test('a restored miner has the same templates and changes none for lines that it knows', () => {
  fc.assert(
    fc.property(lines, (all) => {
      const miner = createMiner()
      for (const one of all) miner.add(one)
      for (const one of all) miner.add(one)
      const templates = miner.export()
      const restored = createMiner({ restore: templates })
      expect(restored.export()).toEqual(templates)
      const changes = all.filter((one) => {
        const isSame = restored.add(one) === miner.add(one)
        return restored.lastChanged || !isSame
      })
      expect(changes).toEqual([])
    }),
    { numRuns: 1000 },
  )
})

test('never more than maxTemplates, each with an id of its own', () => {
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: 8 }), (all, maxTemplates) => {
      const miner = createMiner({ maxTemplates })
      for (const one of all) {
        const id = miner.add(one)
        const kept = miner.export()
        expect(kept.length).toBeLessThanOrEqual(maxTemplates)
        expect(new Set(kept.map((template) => template.id)).size).toBe(kept.length)
        expect(kept.at(-1)?.id).toBe(id)
      }
    }),
  )
})

const anyMerge = fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 20 }))

test('merges and templates of anywhere are taken as they are: every line still has a template that fits it', () => {
  const template = fc.record({
    id: fc.nat({ max: 20 }),
    text: line.map(firstLine),
    count: fc.nat({ max: 9 }),
  })
  fc.assert(
    fc.property(
      fc.array(template, { maxLength: 20 }),
      fc.array(anyMerge, { maxLength: 30 }),
      lines,
      (restore, merges, all) => {
        // Ids of real lines lead to wrong templates, and in circles.
        const other = createMiner()
        const real = all.map((one) => other.add(one))
        const wrong = real.map((id, index) => [id, real.at(-index - 1)!] as const)
        const miner = createMiner({ restore, merges: [...merges, ...wrong] })
        const ids = all.map((one) => miner.add(one))
        const misfits = all.filter((one, index) => !fits(miner.get(ids[index]!)!.text, firstLine(one)))
        expect(misfits).toEqual([])
        const known = new Set(miner.export().map(({ id }) => id))
        expect(ids.map((id) => miner.resolve(id)).filter((id) => !known.has(id))).toEqual([])
      },
    ),
    { numRuns: 500 },
  )
})
