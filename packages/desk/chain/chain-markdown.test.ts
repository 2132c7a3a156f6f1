import { expect, test } from 'vitest'
import { chainAsMarkdown } from './chain-markdown.ts'
import { sampleChain } from './sample-chain.ts'

test('a failed chain begins with what failed, and no text of it ends the code it stands in', () => {
  const data = sampleChain()
    .span('GET /`x`', { id: 'get', ms: [0, 10], kind: 'server', httpStatus: 500, failed: true })
    .log('````\n# not a title @someone', { ms: 5, span: 'get', level: 'error' })
    .data()
  expect(chainAsMarkdown(data)).toBe(`\
\`\` GET /\`x\` \`\` failed, 10 ms, 1 service, 1 span, 1 line

- trace: \`t\`
- services: \`api\`
- root cause: \`\`GET /\`x\` → 500 (0.0 ms, api)\`\`
- first error line: \`\`\`\`\`ERROR \`\`\`\`⏎# not a title @someone (5.0 ms, api)\`\`\`\`\`

\`\`\`\`\`text
     0.0 ms  GET /\`x\` → 500  10 ms  [api]  ERROR
     5.0 ms  └─ ERROR \`\`\`\`⏎# not a title @someone
\`\`\`\`\`
`)
})

test('a long chain is cut where a comment would be too long, and says how much is missing', () => {
  const chain = sampleChain().span('GET /', { id: 'get', ms: [0, 10] })
  for (let index = 0; index < 2000; index++) chain.log('x'.repeat(100), { ms: 1, span: 'get' })
  const text = chainAsMarkdown(chain.data())
  const [, rows] = /\n… and (\d+) more rows\n```\n$/.exec(text) ?? []
  const shown = text.split('INFO').length - 1
  expect({ total: shown + Number(rows), isShort: text.length < 65_536 }).toEqual({
    total: 2000,
    isShort: true,
  })
})
