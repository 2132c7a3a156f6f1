import { classifyStatus, foreign, ok, parseObject, reasonOf } from './answers.ts'
import type { Answer, Channel, Outcome } from './channel.ts'
import { cutUnits } from './clean-text.ts'
import { codeLookalike, escapeLookalike, type Markup, markdownUrl, writeMessage } from './markup.ts'
import { fitMessage, headlineOf, type Message, mentionedBy, type Style } from './message.ts'

/** A webhook of Discord. `mention`: user ids, `@everyone` or `@here`. https://docs.discord.com/developers/resources/webhook */
export type DiscordOptions = Style & { url: string; mention: readonly string[] }

const receiver = 'Discord'
const maxTitle = 256
// Together with the title it stays below the 6,000 of all embeds.
const maxDescription = 4_096
const colors = { info: 0x3b82f6, warning: 0xeab308, error: 0xf97316, critical: 0xdc2626, resolved: 0x16a34a }

export function discord(options: DiscordOptions): Pick<Channel, 'render' | 'classify'> {
  return {
    render: (notice, context) => {
      const at = Math.max(...notice.alerts.map(({ atUnixMs }) => atUnixMs))
      const build = (message: Message): { message: Message; description: string } => {
        return { message, description: writeMessage({ ...message, closing: '' }, markdown) }
      }
      const lengthOf = (built: { description: string }): number => built.description.length
      const { message, description } = fitMessage(notice, options, context, build, lengthOf, maxDescription)
      const embed = {
        title: cutUnits(headlineOf(message, escapeLookalike), maxTitle),
        description,
        ...(message.closing !== '' && { footer: { text: message.closing } }),
        color: colors[message.isResolved ? 'resolved' : message.severity],
        ...(Number.isFinite(at) && Math.abs(at) < 8.64e15 && { timestamp: new Date(at).toISOString() }),
      }
      const body = JSON.stringify({ ...mentionOf(mentionedBy(notice, options.mention)), embeds: [embed] })
      return [{ url: options.url, headers: {}, body }]
    },
    classify,
  }
}

/** Only who is configured is mentioned, whatever the text says. */
function mentionOf(mention: readonly string[]): object {
  const words = mention.map((one) => one.replace(/^@/, ''))
  const users = words.filter((word) => /^\d{5,20}$/.test(word))
  const groups = words.filter((word) => word === 'everyone' || word === 'here')
  const content = [...groups.map((word) => `@${word}`), ...users.map((id) => `<@${id}>`)].join(' ')
  return {
    ...(content !== '' && { content: cutUnits(content, 2_000) }),
    allowed_mentions: {
      parse: groups.length > 0 ? ['everyone'] : [],
      ...(users.length > 0 && { users: users.slice(0, 100) }),
    },
  }
}

const markdown: Markup = {
  escape: escapeLookalike,
  title: () => '',
  fact: (text) => `> ${text}`,
  link: (text, url) => `[${text}](${markdownUrl(url)})`,
  lineHead: (text, chain) => `**${text}**${chain && ` ${chain}`}`,
  code: codeLookalike,
  small: (text) => `-# ${text}`,
  gap: '\n',
}

function classify(answer: Answer): Outcome {
  const body = parseObject(answer.body)
  // 50035: a form with something too long in it.
  if (answer.status === 400 && body?.code === 50035)
    return { kind: 'shrink', reason: reasonOf(receiver, body.code, body.message) }
  const failed = classifyStatus(answer)
  // Its header is in seconds; the number in the body was seen in both units.
  // https://github.com/discord/discord-api-docs/issues/4722
  if (failed) return failed
  return answer.status === 204 || typeof body?.id === 'string' ? ok : foreign(receiver, answer)
}
