import type { Alert } from '../alert.ts'

/** Kinds of channels; what each can is in docs/reference/alert-channels.md. */
export const channelTypes = [
  'wecom',
  'dingtalk',
  'feishu',
  'slack',
  'discord',
  'teams',
  'pagerduty',
  'alertmanager',
  'webhook',
  'email',
] as const
/** One of {@link channelTypes}. */
export type ChannelType = (typeof channelTypes)[number]

/** What is told to people in one message: one alert, or several as a digest. */
export type Notice = {
  /** At least one; the oldest first. */
  alerts: readonly Alert[]
  /** What an alert about a channel says instead of what a rule observed: `channel wecom-pay fails: …`. */
  trouble?: string
}

/** What a rendered message depends on beside the notice and the channel. */
export type RenderContext = {
  /** Unix milliseconds; some channels sign the time. */
  nowMs: number
  /** Where the desk is, for links to chains; undefined: trace ids without links. */
  desk?: string | undefined
  /** How often the receiver found it too long: each time it becomes a quarter shorter. */
  shrinks: number
}

/** A mail as it is composed; who gets it is the channel's. */
export type Mail = {
  subject: string
  text: string
  html: string
  messageId: string
  /** The Message-ID of the mail that began the thread, or "". */
  inReplyTo: string
  headers: Readonly<Record<string, string>>
}

/** One thing to be sent: an HTTP POST, or a mail. */
export type Request =
  | { url: string; headers: Readonly<Record<string, string>>; body: string }
  | { mail: Mail }

/** What a peer answered. Status 0: nothing, and `body` says why. Of SMTP the reply code and its text. */
export type Answer = {
  status: number
  /** At most 16 KiB of it. */
  body: string
  /** The header Retry-After in milliseconds from when the answer came, if there is one. */
  retryAfterMs?: number | undefined
}

/** What an answer means for the message. `reason` is in English, and has no address and no secret. */
export type Outcome =
  | { kind: 'ok' }
  /**
   * Once more, after `afterMs` or the back-off; `pausesBot`: nothing at all may be sent with this bot until then, by any process;
   * `isOnce`: the second time it is permanent.
   */
  | { kind: 'retry'; reason: string; afterMs?: number | undefined; pausesBot?: true; isOnce?: true }
  | { kind: 'permanent'; reason: string }
  /** It is too long: once more, shorter. */
  | { kind: 'shrink'; reason: string }

/** How much a bot may send. */
export type BudgetLimits = {
  /** Messages in any 60 seconds; Infinity: no limit. */
  perMinute: number
  /** Messages in a calendar month; Infinity: no limit. */
  perMonth: number
  /** So many of a minute, and the same share of a month, are only for critical alerts. */
  reserve: number
  /** IANA name of the time zone in which a month begins. */
  timeZone: string
}

/** Where alerts go: a value whose functions are pure but for `deliver`. */
export type Channel = {
  name: string
  type: ChannelType
  /** Tells bots apart without telling their keys: channels with the same address are one bot. */
  bot: string
  limits: BudgetLimits
  /** The channel that gets what this one does not take. */
  fallback?: string | undefined
  /** One or more requests, to be sent in this order. Never above the limits of the receiver. */
  render(notice: Notice, context: RenderContext): readonly Request[]
  classify(answer: Answer): Outcome
  /** How requests are sent, if not by HTTP. Never rejects. */
  deliver?(request: Request): Promise<Answer>
}
