import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WarningChange } from '../../../api/index.ts'
import { buildChain } from '../../../chain/index.ts'
import { sampleChain } from '../../../chain/sample-chain.ts'
import { mayBeOfTemplate, type OriginWarning, raisedNodes } from './raised.ts'

const startMs = 1_764_115_200_000
const data = sampleChain()
  .span('GET /', { ms: [0, 100], service: 'shop' })
  .span('ask bank', { ms: [1, 50], parent: 'GET /', service: 'shop' })
  .span('ask bank', { id: 'other', ms: [51, 60], parent: 'GET /', service: 'mail' })
  .log('order 7 stored', { ms: 2, span: 'GET /' })
  .log('payment of order 7 is tried again', { ms: 3, span: 'ask bank' })
  .log('payment of order 8 is tried again', { ms: 4, span: 'other' })
  .log('slow', { ms: 5, span: 'GET /', level: 'warn' })
  .data()
const chain = buildChain(data)

const change = (of: WarningChange['of'], name: string): WarningChange => ({
  ...{ kind: 'more', service: 'shop', of, id: name, name, field: '', sinceUnixMs: startMs },
  ...{ now: 15, usual: 1, sigmas: 9 },
})
const line = (text: string, ms: number, severityNumber = 13) => ({
  ...{ unixMs: startMs + ms, severityNumber, service: 'shop', text, traceId: 't', spanId: '' },
})

/** The texts of lines and ids of spans that raised it. */
function raised(warning: OriginWarning): string[] {
  const nodes = raisedNodes(chain, warning)
  return [
    ...data.spans.spanId.filter((_, span) => nodes.has(chain.nodeOfSpan[span]!)),
    ...data.logs.text.filter((_, log) => nodes.has(chain.nodeOfLog[log]!)),
  ]
}

test('lines of a template that changed raised a warning, in its service alone', () => {
  const changes = [change('template', 'payment of order <*> is tried again')]
  expect(raised({ id: '1', lines: [], changes })).toEqual(['payment of order 7 is tried again'])
})

test('spans that changed and the lines that a warning shows raised it', () => {
  const changes = [change('span', 'ask bank')]
  expect(raised({ id: '1', lines: [line('slow', 5)], changes })).toEqual(['ask bank', 'slow'])
  expect(raised({ id: '1', lines: [line('slow', 7)], changes: [] })).toEqual([])
})

test('without a warning, or one that is gone, nothing is marked', () => {
  expect([raised(undefined), raised('gone')]).toEqual([[], []])
})

test('a line that a template was filled with is of it, and one that has no word of it is not', () => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/)
  fc.assert(
    fc.property(fc.array(fc.tuple(word, fc.stringMatching(/^[0-9]{1,6}$/)), { minLength: 1 }), (parts) => {
      const template = parts.map(([fixed]) => `${fixed} <*>`).join(' ')
      const text = parts.map(([fixed, value]) => `${fixed} ${value}`).join('  ')
      expect(mayBeOfTemplate(text, template)).toBe(true)
      expect(mayBeOfTemplate(text.replaceAll(/[a-z]/g, '#'), template)).toBe(false)
      expect(mayBeOfTemplate(text, '<*> <*>')).toBe(false)
    }),
  )
})
