import { headlineOf, type Link, type Message } from './message.ts'

/** How a receiver writes text; `escape` makes any text harmless in it. */
export type Markup = {
  escape(text: string): string
  title(text: string): string
  /** One sentence of the head. */
  fact(text: string): string
  link(text: string, url: string): string
  /** When and how bad, and the link to the chain or its id. */
  lineHead(text: string, chain: string): string
  /** What the line says. It gets text that is not escaped yet. */
  code(text: string): string
  small(text: string): string
  /** Between paragraphs. */
  gap: string
}

/** A message in a markup. */
export function writeMessage(message: Message, markup: Markup): string {
  return writeParts(message, markup).join(markup.gap)
}

/** The paragraphs of a message: title, head, description, lines, links. */
function writeParts(message: Message, markup: Markup): string[] {
  const { small } = markup
  const words = message.description.split('\n').map(markup.escape).join('\n')
  const links = message.links.map(({ text, url }) => markup.link(text, url))
  return [
    markup.title(headlineOf(message, markup.escape)),
    message.facts.map((fact) => markup.fact(markup.escape(fact))).join('\n'),
    words,
    message.lines.length > 0 && message.omitted !== '' ? small(markup.escape(message.omitted)) : '',
    ...message.lines.map((line) => writeLine(line, markup)),
    message.entries.map((entry) => writeEntry(entry, markup)).join('\n'),
    message.lines.length > 0 || message.omitted === '' ? '' : small(markup.escape(message.omitted)),
    [...links, message.closing && small(markup.escape(message.closing))]
      .filter((part) => part !== '')
      .join(' · '),
  ].filter((part) => part !== '')
}

function writeLine({ head, text, traceId, url }: Message['lines'][number], markup: Markup): string {
  const chain = url === '' ? traceId : markup.link(traceId, url)
  return `${markup.lineHead(markup.escape(head), chain)}\n${markup.code(text)}`
}

function writeEntry({ text, link }: { text: string; link?: Link | undefined }, markup: Markup): string {
  const escaped = markup.escape(text)
  return `- ${escaped}${link ? ` · ${markup.link(link.text, link.url)}` : ''}`
}

/** No markup at all: addresses in brackets behind what they are of. */
export const plainMarkup: Markup = {
  escape: (text) => text,
  title: (text) => text,
  fact: (text) => text,
  // The address of a chain has its id.
  link: (text, url) => (url.endsWith(text) ? url : [text, url].join(' ')),
  lineHead: (text, chain) => `${text}${chain && `  ${chain}`}`,
  code: (text) => text,
  small: (text) => text,
  gap: '\n\n',
}

/**
 * Characters that mean something in the Markdown of chats, as others that look alike: their parsers are not documented, so no
 * backslash is trusted. A _ within a word stays, since no parser takes it for emphasis.
 */
export function escapeLookalike(text: string): string {
  return text.replace(
    /[<>`[\]*~|\\]|^\s*#|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu,
    (found) => lookalikes[found.at(-1)!]!,
  )
}

const lookalikes: Readonly<Record<string, string>> = {
  '<': '＜',
  '>': '＞',
  '`': 'ˋ',
  '[': '［',
  ']': '］',
  '*': '∗',
  _: '＿',
  '~': '∼',
  '#': '＃',
  '|': '｜',
  '\\': '＼',
}

/** Text within backticks: what could end them, and what could be a tag or a link where they are not understood. */
export function codeLookalike(text: string): string {
  return `\`${
    text
      .replaceAll('`', 'ˋ')
      .replace(/[<>]/g, (found) => lookalikes[found]!)
      .replaceAll('](', '] (') || ' '
  }\``
}

/** An address that ends no link of Markdown before its end. */
export function markdownUrl(url: string): string {
  return new URL(url).href.replace(/[()<>\s`|[\]\\]/g, (found) => `%${found.charCodeAt(0).toString(16)}`)
}
