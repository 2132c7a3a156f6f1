import { createHmac } from 'node:crypto'
import { classifyStatus, foreign, ok, parseObject, reasonOf } from './answers.ts'
import type { Answer, Channel, Outcome, RenderContext } from './channel.ts'
import { sizeOf } from './clean-text.ts'
import { fitMessage, headlineOf, type Message, mentionedBy, type Style } from './message.ts'

/**
 * A custom bot of Feishu or Lark. `mention`: open ids (`ou_…`), or `all`.
 * https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 */
export type FeishuOptions = Style & { url: string; secret?: string | undefined; mention: readonly string[] }

const receiver = 'Feishu'
const maxBytes = 20_000

/** A piece of a post: its text is text, whatever it says. */
type Piece =
  | { tag: 'text'; text: string }
  | { tag: 'a'; text: string; href: string }
  | { tag: 'at'; user_id: string }

export function feishu(options: FeishuOptions): Pick<Channel, 'render' | 'classify'> {
  return {
    render: (notice, context) => {
      const mention = mentionedBy(notice, options.mention)
      const build = (message: Message): string =>
        JSON.stringify(payloadOf(message, mention, options, context))
      const body = fitMessage(notice, options, context, build, sizeOf, maxBytes)
      return [{ url: options.url, headers: {}, body }]
    },
    classify,
  }
}

function payloadOf(
  message: Message,
  mention: readonly string[],
  options: FeishuOptions,
  context: RenderContext,
): object {
  const mentions = mention.map((id): Piece => ({ tag: 'at', user_id: id.replace(/^@/, '') }))
  const content = [...piecesOf(message), ...(mentions.length > 0 ? [mentions] : [])]
  const post = { title: headlineOf(message, plain), content }
  return {
    ...signature(options, context),
    msg_type: 'post',
    content: { post: { [options.language === 'zh' ? 'zh_cn' : 'en_us']: post } },
  }
}

function piecesOf(message: Message): Piece[][] {
  const { description, facts, lines, entries, omitted, links, closing } = message
  const note = omitted === '' ? [] : [[text(omitted)]]
  return [
    ...facts.map((fact) => [text(fact)]),
    ...(description === '' ? [] : [[text(description)]]),
    ...(lines.length > 0 ? note : []),
    ...lines.flatMap(linePieces),
    ...entries.map((entry) => [
      text(`- ${entry.text}`),
      ...(entry.link ? [text(' '), link(entry.link.text, entry.link.url)] : []),
    ]),
    ...(lines.length > 0 ? [] : note),
    [
      ...links.flatMap(({ text: label, url }) => [link(label, url), text(' · ')]),
      ...(closing === '' ? [] : [text(closing)]),
    ],
  ].filter((pieces) => pieces.length > 0)
}

function linePieces({ head, text: said, traceId, url }: Message['lines'][number]): Piece[][] {
  const chain = url === '' ? text(traceId) : link(traceId, url)
  return [[text(`${head} `), ...(traceId === '' ? [] : [chain])], [text(said || ' ')]]
}

function text(content: string): Piece {
  return { tag: 'text', text: plain(content) }
}

function link(label: string, href: string): Piece {
  return { tag: 'a', text: label, href }
}

/** Text of the older message type could mention by a tag; nobody relies on it that a post never does. */
function plain(content: string): string {
  return content.replaceAll('<', '＜').replaceAll('>', '＞')
}

function signature({ secret }: FeishuOptions, { nowMs }: RenderContext): object {
  if (secret === undefined) return {}
  const timestamp = String(Math.floor(nowMs / 1_000))
  return { timestamp, sign: feishuSign(secret, timestamp) }
}

/** Time and secret are the key, and nothing is what is signed; base64. */
export function feishuSign(secret: string, unixSeconds: string): string {
  return createHmac('sha256', `${unixSeconds}\n${secret}`).update('').digest('base64')
}

function classify(answer: Answer): Outcome {
  // Its refusals come with HTTP 400 as well as with 200.
  const body = parseObject(answer.body)
  const code = body?.code ?? body?.StatusCode
  if (typeof code !== 'number') return classifyStatus(answer) ?? foreign(receiver, answer)
  const reason = reasonOf(receiver, code, body?.msg ?? body?.StatusMessage)
  if (code === 0) return classifyStatus(answer) ?? ok
  if (code === 11232) return { kind: 'retry', reason, afterMs: answer.retryAfterMs }
  // One code for two things: a bad request, and too many of them.
  if (code === 9499 && /too many request/i.test(reason))
    return { kind: 'retry', reason, afterMs: answer.retryAfterMs }
  if (answer.status === 413 || code === 230025) return { kind: 'shrink', reason }
  if (answer.status === 429 || answer.status >= 500) return classifyStatus(answer)!
  return { kind: 'permanent', reason }
}
