import { classifyStatus, foreign, ok, parseObject, reasonOf } from './answers.ts'
import type { Answer, Channel, Notice, Outcome, RenderContext } from './channel.ts'
import { sizeOf } from './clean-text.ts'
import {
  codeLookalike,
  escapeLookalike,
  type Markup,
  markdownUrl,
  plainMarkup,
  writeMessage,
} from './markup.ts'
import { createComposer, fitMessage, headlineOf, type Message, mentionedBy, type Style } from './message.ts'
import { wecomCard } from './wecom-card.ts'

/** How a WeCom group bot writes. */
export const wecomFormats = ['markdown_v2', 'markdown', 'text', 'template_card'] as const
/** One of {@link wecomFormats}. */
export type WecomFormat = (typeof wecomFormats)[number]

/** A group bot of WeCom. `mention`: mobile numbers, user ids, or `@all`. https://developer.work.weixin.qq.com/document/path/99110 */
export type WecomOptions = Style & { url: string; format: WecomFormat; mention: readonly string[] }

const receiver = 'WeCom'
const maxBytes: Readonly<Record<Exclude<WecomFormat, 'template_card'>, number>> = {
  text: 2_048,
  markdown: 4_096,
  markdown_v2: 4_096,
}

export function wecom(options: WecomOptions): Pick<Channel, 'render' | 'classify'> {
  return {
    render: (notice, context) =>
      payloadsOf(notice, options, context).map((payload) => ({
        url: options.url,
        headers: {},
        body: JSON.stringify(payload),
      })),
    classify,
  }
}

/** The message, and behind a markdown_v2 or a card, which cannot mention, a text that does. A resolved alert wakes nobody. */
function payloadsOf(notice: Notice, options: WecomOptions, context: RenderContext): object[] {
  const { format, mention } = options
  const mentioned = mentionedBy(notice, mention)
  if (format === 'text') return [textOf(contentOf(notice, options, context, plainMarkup, 'text'), mentioned)]
  if (format === 'markdown') {
    // <@userid> is the only way there, and @all is none of its.
    const ids = mentioned.filter((one) => !isMobile(one) && one !== '@all')
    const tail = ids.map((id) => `<@${id.replace(/[<>\s]/g, '')}>`).join('')
    const content = contentOf(notice, options, context, markdown, format, tail && `\n${tail}`)
    const others = mentioned.filter((one) => !ids.includes(one))
    return [{ msgtype: format, markdown: { content } }, ...mentionText(notice, options, context, others)]
  }
  const message =
    format === 'markdown_v2'
      ? { msgtype: format, markdown_v2: { content: contentOf(notice, options, context, markdownV2, format) } }
      : wecomCard(notice, options, context)
  return [message, ...mentionText(notice, options, context, mentioned)]
}

function contentOf(
  notice: Notice,
  style: Style,
  context: RenderContext,
  markup: Markup,
  format: keyof typeof maxBytes,
  tail = '',
): string {
  const build = (message: Message): string => writeMessage(message, markup) + tail
  return fitMessage(notice, style, context, build, sizeOf, maxBytes[format])
}

function mentionText(
  notice: Notice,
  style: Style,
  context: RenderContext,
  mention: readonly string[],
): object[] {
  if (mention.length === 0) return []
  const compose = createComposer(notice, style, context)
  return [textOf(headlineOf(compose({ lines: 0, lineBytes: 0, entries: 1, wordBytes: 64 })), mention)]
}

function textOf(content: string, mention: readonly string[]): object {
  const mobiles = mention.filter(isMobile)
  const users = mention.filter((one) => !isMobile(one))
  return {
    msgtype: 'text',
    text: {
      content,
      ...(users.length > 0 && { mentioned_list: users }),
      ...(mobiles.length > 0 && { mentioned_mobile_list: mobiles }),
    },
  }
}

function isMobile(mention: string): boolean {
  return /^\+?\d{6,15}$/.test(mention)
}

/** The smaller dialect, of which old clients know enough: bold, quotes, links, inline code. */
const markdown: Markup = {
  escape: escapeLookalike,
  title: (text) => `**${text}**`,
  fact: (text) => `> ${text}`,
  link: (text, url) => `[${text}](${markdownUrl(url)})`,
  lineHead: (text, chain) => `**${text}**${chain && ` ${chain}`}`,
  code: codeLookalike,
  small: (text) => `<font color="comment">${text}</font>`,
  gap: '\n\n',
}

/** Without colours and mentions, with headings. */
const markdownV2: Markup = { ...markdown, title: (text) => `# ${text}`, small: (text) => text }

/** HTTP 200 says nothing: the code is in the body. */
function classify(answer: Answer): Outcome {
  const failed = classifyStatus(answer)
  if (failed) return failed
  const body = parseObject(answer.body)
  if (typeof body?.errcode !== 'number') return foreign(receiver, answer)
  const reason = reasonOf(receiver, body.errcode, body.errmsg)
  if (body.errcode === 0) return ok
  // Its minute is not ours: only after more than a whole one is it over for certain.
  if (body.errcode === 45009) return { kind: 'retry', reason, afterMs: 62_000, pausesBot: true }
  if (body.errcode === -1 || body.errcode === 45033) return { kind: 'retry', reason }
  if (body.errcode === 40058) return { kind: 'shrink', reason }
  return { kind: 'permanent', reason }
}
