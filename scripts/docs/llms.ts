import { globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { withLinksFrom } from './pages.ts'

type Page = { path: string; title: string; about: string; text: string }

const groups: readonly { title: string; pages: readonly string[] }[] = [
  {
    title: 'Begin here',
    pages: ['README.md', 'docs/guide/getting-started.md', 'packages/node/skills/clew/SKILL.md'],
  },
  { title: 'Guide', pages: globSync('docs/guide/*.md').toSorted() },
  { title: 'Frameworks', pages: globSync('docs/frameworks/*.md').toSorted() },
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

/** docs/llms.txt, which lists the documentation, and docs/llms-full.txt, which has all of it. */
export function makeLlms(): Record<string, string> {
  const listed = new Set<string>()
  const sections = groups.map(({ title, pages }) => {
    const own = pages.filter(
      (path) => !listed.has(path) && !/^docs\/(guide|frameworks)\/README\.md$/.test(path),
    )
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
      pages.map(({ path, text }) => `\n<!-- ${path} -->\n\n${withLinksFrom(path, text, 'docs').trim()}\n`),
    )
  return { 'docs/llms.txt': head + list.join(''), 'docs/llms-full.txt': `${head}${full.join('')}` }
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
