import { classifyStatus, foreign, ok, parseObject } from './answers.ts'
import type { Answer, Channel, Outcome } from './channel.ts'
import { sizeOf } from './clean-text.ts'
import { fitMessage, headlineOf, type Message, type Style } from './message.ts'

/** A workflow of Microsoft Teams, "Post to a channel when a webhook request is received". */
export type TeamsOptions = Style & { url: string }

const receiver = 'Teams'
// 28 KB with what the workflow puts around it.
const maxBytes = 26_000

export function teams(options: TeamsOptions): Pick<Channel, 'render' | 'classify'> {
  return {
    render: (notice, context) => {
      const build = (message: Message): string => JSON.stringify(payloadOf(message))
      const body = fitMessage(notice, options, context, build, sizeOf, maxBytes)
      return [{ url: options.url, headers: {}, body }]
    },
    classify,
  }
}

function payloadOf(message: Message): object {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: bodyOf(message),
    actions: message.links.map(({ text, url }) => ({ type: 'Action.OpenUrl', title: text, url })),
  }
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
  }
}

type Run = { type: 'TextRun'; text: string } & Readonly<Record<string, unknown>>

/** Runs of text know no Markdown, unlike a TextBlock: nothing has to be escaped in them. */
function bodyOf(message: Message): object[] {
  const { facts, description, lines, entries, omitted, closing } = message
  const color = message.isResolved
    ? 'Good'
    : { info: 'Accent', warning: 'Warning', error: 'Attention', critical: 'Attention' }[message.severity]
  const note = omitted === '' ? [] : [block([run(omitted, { isSubtle: true })])]
  return [
    block([run(headlineOf(message), { weight: 'Bolder', size: 'Large', color })]),
    ...facts.map((fact) => block([run(fact)])),
    ...(description === '' ? [] : description.split('\n').map((words) => block([run(words || ' ')]))),
    ...(lines.length > 0 ? note : []),
    ...lines.flatMap(lineBlocks),
    ...entries.map(({ text, link }) =>
      block([run(`- ${text} `), ...(link ? [linkRun(link.text, link.url)] : [])]),
    ),
    ...(lines.length > 0 ? [] : note),
    ...(closing === '' ? [] : [block([run(closing, { isSubtle: true, size: 'Small' })])]),
  ]
}

function lineBlocks({ head, text, traceId, url }: Message['lines'][number]): object[] {
  const chain = url === '' ? run(traceId) : linkRun(traceId, url)
  return [
    block([run(`${head} `, { weight: 'Bolder' }), ...(traceId === '' ? [] : [chain])], { separator: true }),
    block([run(text || ' ', { fontType: 'Monospace' })], { spacing: 'None' }),
  ]
}

function block(inlines: Run[], look: object = {}): object {
  return { type: 'RichTextBlock', inlines, ...look }
}

function run(text: string, look: object = {}): Run {
  return { type: 'TextRun', text, ...look }
}

function linkRun(text: string, url: string): Run {
  return run(text, { selectAction: { type: 'Action.OpenUrl', url } })
}

function classify(answer: Answer): Outcome {
  const failed = classifyStatus(answer)
  if (failed) return failed
  const said = answer.body.trim()
  // Behind HTTP 200 it may say what Teams said to it.
  const [, code] = /HTTP error (\d{3})/.exec(said) ?? []
  if (code !== undefined)
    return classifyStatus({ ...answer, status: Number(code) }) ?? foreign(receiver, answer)
  return said === '' || said === '1' || parseObject(said) ? ok : foreign(receiver, answer)
}
