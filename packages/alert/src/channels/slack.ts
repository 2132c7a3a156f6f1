import { classifyStatus, excerpt, foreign, ok, parseObject } from './answers.ts'
import type { Answer, Channel, Outcome } from './channel.ts'
import { cutUnits } from './clean-text.ts'
import { type Markup, writeMessage } from './markup.ts'
import { fitMessage, headlineOf, type Message, mentionedBy, type Style } from './message.ts'

/** An incoming webhook of Slack. `mention`: user ids (`U…`), group ids (`S…`), `channel` or `here`. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export type SlackOptions = Style & { url: string; mention: readonly string[] }

const receiver = 'Slack'
const maxSection = 3_000
const maxHeader = 150

export function slack(options: SlackOptions): Pick<Channel, 'render' | 'classify'> {
  return {
    render: (notice, context) => {
      const mention = mentionedBy(notice, options.mention).map(mentionOf).join(' ')
      const build = (message: Message): SlackMessage => payloadOf(message, mention)
      const { json } = fitMessage(notice, options, context, build, ({ body }) => body.length, maxSection)
      return [{ url: options.url, headers: {}, body: JSON.stringify(json) }]
    },
    classify,
  }
}

type SlackMessage = { body: string; json: object }

/** All but the title is one section: then it is cut as a whole. */
function payloadOf(message: Message, mention: string): SlackMessage {
  const title = headlineOf(message)
  const body = writeMessage(message, mrkdwn)
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: cutUnits(title, maxHeader), emoji: true } },
    // Verbatim: no address, channel or name in it becomes a link by itself.
    { type: 'section', text: { type: 'mrkdwn', text: body, verbatim: true } },
    ...(mention === '' ? [] : [{ type: 'section', text: { type: 'mrkdwn', text: mention } }]),
  ]
  // What a phone shows before the message is opened.
  return { body, json: { text: escapeSlack(cutUnits(title, maxHeader)), blocks } }
}

function mentionOf(one: string): string {
  const word = one.replace(/^@/, '').replace(/[<>|&\s]/g, '')
  if (['channel', 'here', 'everyone'].includes(word)) return `<!${word}>`
  return word.startsWith('S') ? `<!subteam^${word}>` : `<@${word}>`
}

/** Slack's own three characters; those of its emphasis as others that look alike. */
export function escapeSlack(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(
      /[*`~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu,
      (found) => ({ '*': '∗', '`': 'ˋ', '~': '∼', _: '＿' })[found]!,
    )
}

const mrkdwn: Markup = {
  escape: escapeSlack,
  title: () => '',
  fact: (text) => text,
  link: (text, url) =>
    `<${new URL(url).href.replace(/[<>|]/g, encodeURIComponent).replaceAll('&', '&amp;')}|${text}>`,
  lineHead: (text, chain) => `*${text}*${chain && `  ${chain}`}`,
  code: (text) =>
    `\`${escapeSlack(text).replaceAll('∗', '*').replaceAll('∼', '~').replaceAll('＿', '_') || ' '}\``,
  small: (text) => text,
  gap: '\n\n',
}

function classify(answer: Answer): Outcome {
  const said = answer.body.trim()
  if (answer.status === 400 && /invalid_blocks|too_long/.test(said))
    return { kind: 'shrink', reason: `Slack ${excerpt(said)}` }
  const failed = classifyStatus(answer)
  if (failed) return failed
  return said === 'ok' || parseObject(said)?.ok === true ? ok : foreign(receiver, answer)
}
