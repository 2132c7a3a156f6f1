import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { codeBlocks } from './code-blocks.ts'
import { readPage } from './typed-blocks.ts'

const pages = readdirSync(join(import.meta.dirname, '../../docs/zh'))

test('the pages that are there in Chinese are those that were promised', () => {
  expect(pages.toSorted()).toEqual(['alerts.md', 'desk.md', 'getting-started.md', 'request-fields.md'])
})

/** The depth of each heading, in order, and the code below it, whose comments, descriptions and messages may be in another language. */
function shapeOf(path: string): { headings: number[]; code: string[] } {
  const markdown = readPage(path)
  const blocks = codeBlocks(markdown)
  const inCode = new Set(blocks.flatMap(({ line, text }) => text.split('\n').map((_, at) => line + at)))
  const headings = markdown
    .split('\n')
    .flatMap((line, at) => (inCode.has(at + 1) ? [] : (/^#+(?= )/.exec(line)?.[0].length ?? [])))
  const withoutComments = (text: string): string =>
    text.replace(/\s*(?:\/\/|#) .*$/gm, '').replace(/, description: [^,}]*|^ +language: zh\n/gm, '')
  return { headings, code: blocks.map(({ language, text }) => `${language}\n${withoutComments(text)}`) }
}

test.each(pages)('docs/zh/%s has the headings and the code of the English page', (page) => {
  expect(shapeOf(`docs/zh/${page}`)).toEqual(shapeOf(`docs/guide/${page}`))
})

test.each([...pages.map((page) => `docs/zh/${page}`), 'README.zh-CN.md'])(
  '%s is in Chinese throughout',
  (page) => {
    const prose = readPage(page).replace(/```[\s\S]*?```/g, '')
    const english = prose
      .split(/\n{2,}/)
      .filter((part) => /^[A-Z]/.test(part) && !/[\u4e00-\u9fff]/.test(part))
    expect(english).toEqual([])
  },
)
