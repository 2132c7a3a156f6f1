import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import type { Problem } from '../check/house.ts'

// `node scripts/docs/llms.ts` writes docs/llms.txt, which lists the documentation, and docs/llms-full.txt, which has all of it.

const remedy = 'node scripts/docs/llms.ts'

type Page = { path: string; title: string; about: string; text: string }

const groups: readonly { title: string; pages: readonly string[] }[] = [
  {
    title: 'Begin here',
    pages: ['README.md', 'docs/guide/getting-started.md', 'packages/node/skills/clew/SKILL.md'],
  },
  { title: 'Guide', pages: globSync('docs/guide/*.md').toSorted() },
  { title: 'Reference', pages: globSync('docs/reference/*.md').toSorted() },
  {
    title: 'Packages',
    pages: globSync([
      'packages/*/README.md',
      'packages/{loggers,servers,queues,databases,exporters}/*/README.md',
    ]).toSorted(),
  },
  { title: 'Examples', pages: globSync('examples/*/README.md').toSorted() },
  {
    title: 'Optional',
    pages: ['AGENTS.md', 'CONTRIBUTING.md', ...globSync('docs/decisions/*.md').toSorted()],
  },
]

/** Which of the two files are not what the pages are now. */
export function checkLlms(): { problems: Problem[]; pages: number } {
  const { files, pages } = makeLlms()
  const problems = Object.entries(files)
    .filter(([path, text]) => readIfThere(path) !== text)
    .map(([path]) => ({ path, message: `it is not what the documentation says now; run ${remedy}` }))
  return { problems, pages }
}

function makeLlms(): { files: Record<string, string>; pages: number } {
  const listed = new Set<string>()
  const sections = groups.map(({ title, pages }) => {
    const own = pages.filter((path) => !listed.has(path) && path !== 'docs/guide/README.md')
    for (const path of own) listed.add(path)
    return { title, pages: own.map(readPage) }
  })
  const [readme] = sections[0]!.pages
  const head = `# Clew\n\n> ${readme!.about}\n`
  const list = sections.map(
    ({ title, pages }) =>
      `\n## ${title}\n\n${pages.map((page) => `- [${page.title}](${posix.relative('docs', page.path)})${page.about && `: ${page.about}`}\n`).join('')}`,
  )
  const full = sections
    .filter(({ title }) => title !== 'Optional')
    .flatMap(({ pages }) =>
      pages.map(({ path, text }) => `\n<!-- ${path} -->\n\n${withLinksFrom(path, text).trim()}\n`),
    )
  return {
    files: { 'docs/llms.txt': head + list.join(''), 'docs/llms-full.txt': `${head}${full.join('')}` },
    pages: listed.size,
  }
}

function readPage(path: string): Page {
  const text = readFileSync(path, 'utf8').replace(/^---\n[\s\S]*?\n---\n/, '')
  const title = /^# (.*)$/m.exec(text)?.[1]
  if (title === undefined) throw new Error(`${path}: a page begins with its title, "# …"`)
  return { path, title, about: aboutGuide[path] ?? firstSentence(text), text }
}

/** What the list of the guide says of its pages. */
const aboutGuide: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...readFileSync('docs/guide/README.md', 'utf8').matchAll(
      /^- \[[^\]]*\]\(([^)]*)\)(?: \([^)]*\)\))?: (.*)$/gm,
    ),
  ].map(([, file, about]) => [`docs/guide/${file}`, plain(about!)]),
)

/** Of the first paragraph below the title; "" where there is none, or a date alone. */
function firstSentence(text: string): string {
  const paragraphs = text
    .slice(text.search(/^# /m))
    .replace(/^```[\s\S]*?^```$/gm, '')
    .split(/\n{2,}/)
  const first = paragraphs.slice(1).find((part) => /^[\p{L}`*[@]/u.test(part)) ?? ''
  return /^.*?[.:](?= \p{Lu}|$)/u.exec(plain(first))?.[0].replace(/:$/, '.') ?? plain(first)
}

/** Without links and line ends: a list has one line for each page. */
function plain(text: string): string {
  return text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\s+/g, ' ')
    .trim()
}

/** Links between pages, from where the one file lies. */
function withLinksFrom(path: string, text: string): string {
  return text.replace(
    /\]\((?![a-z]+:|#|\/)([^)\s]+)\)/g,
    (_, target: string) => `](${posix.relative('docs', join(dirname(path), target))})`,
  )
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(makeLlms().files)) writeFileSync(path, text)
}
