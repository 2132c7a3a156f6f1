import { createHmac } from 'node:crypto'
import { classifyStatus, foreign, ok, parseObject, reasonOf } from './answers.ts'
import type { Answer, Channel, Outcome, RenderContext } from './channel.ts'
import { sizeOf } from './clean-text.ts'
import { codeLookalike, escapeLookalike, type Markup, markdownUrl, writeMessage } from './markup.ts'
import { fitMessage, headlineOf, type Message, mentionedBy, type Style } from './message.ts'

/**
 * A group robot of DingTalk. `mention`: mobile numbers, user ids, or `@all`; without `secret` requests are not signed.
 * https://open.dingtalk.com/document/robots/custom-robot-access
 */
export type DingtalkOptions = Style & { url: string; secret?: string | undefined; mention: readonly string[] }

const receiver = 'DingTalk'
const maxBytes = 20_000

export function dingtalk(options: DingtalkOptions): Pick<Channel, 'render' | 'classify'> {
  return {
    render: (notice, context) => {
      const at = mentionOf(mentionedBy(notice, options.mention))
      const build = (message: Message): string => {
        // A name is mentioned where its text has it as well.
        const text = [writeMessage(message, markdown), at.text].filter((part) => part !== '').join('\n\n')
        const title = headlineOf(message, escapeLookalike)
        return JSON.stringify({ msgtype: 'markdown', markdown: { title, text }, at: at.payload })
      }
      const body = fitMessage(notice, options, context, build, sizeOf, maxBytes)
      return [{ url: signedUrl(options, context), headers: {}, body }]
    },
    classify,
  }
}

function mentionOf(mention: readonly string[]): { text: string; payload: object } {
  const isAtAll = mention.includes('@all')
  const named = mention.filter((one) => one !== '@all')
  const isMobile = (one: string): boolean => /^\+?[\d-]{6,20}$/.test(one)
  return {
    text: named.map((one) => `@${escapeLookalike(one)}`).join(' '),
    payload: {
      atMobiles: named.filter(isMobile),
      atUserIds: named.filter((one) => !isMobile(one)),
      isAtAll,
    },
  }
}

/** The signature is of the time at which it is sent; the address itself stays as it is. */
function signedUrl({ url, secret }: DingtalkOptions, { nowMs }: RenderContext): string {
  if (secret === undefined) return url
  const signed = new URL(url)
  signed.searchParams.set('timestamp', String(nowMs))
  signed.searchParams.set('sign', dingtalkSign(secret, nowMs))
  return signed.href
}

/** The secret is the key, and a part of what is signed; base64. */
export function dingtalkSign(secret: string, unixMs: number): string {
  return createHmac('sha256', secret).update(`${unixMs}\n${secret}`).digest('base64')
}

const markdown: Markup = {
  escape: escapeLookalike,
  title: (text) => `### ${text}`,
  // A line break needs a paragraph or two blanks.
  fact: (text) => `> ${text}  `,
  link: (text, url) => `[${text}](${markdownUrl(url)})`,
  lineHead: (text, chain) => `**${text}**${chain && ` ${chain}`}  `,
  code: codeLookalike,
  small: (text) => text,
  gap: '\n\n',
}

function classify(answer: Answer): Outcome {
  const failed = classifyStatus(answer)
  if (failed) return failed
  const body = parseObject(answer.body)
  if (typeof body?.errcode !== 'number') return foreign(receiver, answer)
  const reason = reasonOf(receiver, body.errcode, body.errmsg)
  switch (body.errcode) {
    case 0:
      return ok
    // It blocks the robot for ten minutes, and longer when it is asked meanwhile.
    case 130101:
      return { kind: 'retry', reason, afterMs: 600_000, pausesBot: true }
    // A keyword, an address or a signature; the last may have been too old.
    case 310000:
      return { kind: 'retry', reason, afterMs: 1_000, isOnce: true }
    case 460101:
    case 101002:
      return { kind: 'shrink', reason }
    case -1:
      return { kind: 'retry', reason }
    default:
      return { kind: 'permanent', reason }
  }
}
