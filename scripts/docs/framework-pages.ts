import { readFileSync } from 'node:fs'
import { codeBlocks } from './code-blocks.ts'
import { sectionOf, withLinksFrom } from './pages.ts'

const folder = 'docs/frameworks'
const limitsTitle = '## Versions and limits'

type Framework = {
  title: string
  /** Whose README has the install command and the limits. */
  package?: string
  /** Whose README has the chain. */
  example: string
  /** What is shown of the chain, behind "This is". */
  shown: string
}

const frameworks: Readonly<Record<string, Framework>> = {
  express: {
    title: 'Express',
    package: 'packages/servers/express',
    example: 'orders',
    shown: 'an order whose payment fails three times in another process',
  },
  fastify: {
    title: 'Fastify',
    package: 'packages/servers/fastify',
    example: 'fastify',
    shown: 'an order that another service refuses, with the lines of both',
  },
  nest: {
    title: 'NestJS',
    package: 'packages/servers/nest',
    example: 'nest',
    shown: 'an order whose job succeeds at its second attempt',
  },
  koa: {
    title: 'Koa',
    package: 'packages/servers/koa',
    example: 'koa',
    shown: 'an order that has no price',
  },
  hono: {
    title: 'Hono',
    package: 'packages/servers/hono',
    example: 'hono',
    shown: 'an order, with its commands of Redis',
  },
  next: { title: 'Next', example: 'next', shown: "a route handler, with Next's own spans around it" },
  bullmq: {
    title: 'BullMQ',
    package: 'packages/queues/bullmq',
    example: 'orders',
    shown: 'a job of three attempts below the request that added it',
  },
}

const read = (path: string): string => readFileSync(path, 'utf8')

/** A page for each framework, by its path, made of the README of its package and of the chain of an example, and a list of them. */
export function makeFrameworkPages(): Record<string, string> {
  const pages = Object.entries(frameworks).map(([name, framework]) => [
    `${folder}/${name}.md`,
    `# ${framework.title}\n\n${framework.package ? aboutPackage(framework.package) : aboutNext()}`.replace(
      limitsTitle,
      () => `${aboutExample(framework)}\n${limitsTitle}`,
    ),
  ])
  const list = Object.entries(frameworks).map(
    ([name, { title, shown }]) => `- [${title}](${name}.md): ${shown}.\n`,
  )
  const head =
    '# Frameworks\n\nFor each: what to install, how to start, a chain as it is printed, and limits.\n\n'
  return { ...Object.fromEntries(pages), [`${folder}/README.md`]: head + list.join('') }
}

function aboutPackage(directory: string): string {
  const path = `${directory}/README.md`
  const readme = read(path)
  const [, about = ''] = readme.split('\n\n')
  const [use] = codeBlocks(`## Use\n${sectionOf(readme, 'Use')}`)
  const limits = ['Seam and versions', 'Limits'].flatMap((title) => sectionOf(readme, title) || [])
  const text = `${about}

## Install and start

\`\`\`sh
${use!.text}\`\`\`

A package beside it for each other thing that the application uses: [which](../../README.md#use-it). What comes with this one, and its options:
[README](../../${path}).

${limitsTitle}

${limits.join('\n\n')}
`
  return withLinksFrom(path, text.replaceAll('](../../', '](/'), folder).replaceAll('](/', '](../../')
}

/** Next has no package of ours: it starts us by a file of its own. */
function aboutNext(): string {
  const path = 'docs/guide/bundled.md'
  const section = sectionOf(read(path), 'Next')
  const limits = section.slice(section.lastIndexOf('```') + 3).trim()
  const [about = ''] = section.split('\n\n')
  const codes = codeBlocks(`## Next\n${section}`).map(
    ({ language, text }) => `\`\`\`${language}\n${text}\`\`\`\n`,
  )
  return withLinksFrom(
    path,
    `${about}\n\n## Install and start\n\n${codes.join('\n')}\n${limitsTitle}\n\n${limits}\n`,
    folder,
  )
}

function aboutExample({ example, shown }: Framework): string {
  const chain = codeBlocks(read(`examples/${example}/README.md`)).find(({ language }) => language === 'text')
  return `## What you see

This is ${shown}, as \`clew chain\` prints it, of [\`examples/${example}\`](../../examples/${example}):

\`\`\`text
${chain!.text}\`\`\`
`
}
