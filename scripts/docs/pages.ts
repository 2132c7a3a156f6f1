import { dirname, join, posix } from 'node:path'

/** The text below a heading of the second level, up to the next one, without the heading. "" when there is none. */
export function sectionOf(markdown: string, title: string): string {
  const [, ...sections] = markdown.split(/^## /m)
  const found = sections.find((one) => one.startsWith(`${title}\n`))
  return found === undefined ? '' : found.slice(title.length).trim()
}

/** A page's text with its links as they are from another folder. */
export function withLinksFrom(path: string, text: string, folder: string): string {
  return text.replace(/\]\((?![a-z]+:|\/)([^)\s]*)\)/g, (_, target: string) => {
    const [file, ...anchor] = target.split('#')
    const to = file === '' ? path : join(dirname(path), file!)
    return `](${[posix.relative(folder, to), ...anchor].join('#')})`
  })
}
