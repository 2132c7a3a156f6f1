import { type AlertmanagerOptions, alertmanager } from './alertmanager.ts'
import type { BudgetLimits, Channel, ChannelType } from './channel.ts'
import { type DingtalkOptions, dingtalk } from './dingtalk.ts'
import { type DiscordOptions, discord } from './discord.ts'
import { type EmailOptions, email } from './email.ts'
import { type FeishuOptions, feishu } from './feishu.ts'
import type { Fields } from './field.ts'
import {
  addresses,
  choice,
  duration,
  headers,
  mailServer,
  optionalSecret,
  requiredText,
  secretUrl,
  words,
} from './field-kinds.ts'
import type { Style } from './message.ts'
import { type PagerdutyOptions, pagerduty, pagerdutyUrl } from './pagerduty.ts'
import { type SlackOptions, slack } from './slack.ts'
import { type TeamsOptions, teams } from './teams.ts'
import { type WebhookOptions, webhook } from './webhook.ts'
import { type WecomOptions, wecom, wecomFormats } from './wecom.ts'

/** A type of channel: its own options, what it may send if nobody says else, and how it is made. */
export type Kind = {
  fields: Fields<object>
  limits: Pick<BudgetLimits, 'perMinute' | 'reserve'>
  /** What is the same for two channels of one bot. Secret. */
  bot(options: object): string
  make(options: object): Pick<Channel, 'render' | 'classify' | 'deliver'>
}

function kind<O extends Style>(given: {
  fields: Fields<Omit<O, keyof Style>>
  perMinute: number
  bot(options: O): string
  make(options: O): Pick<Channel, 'render' | 'classify' | 'deliver'>
}): Kind {
  const { fields, perMinute, bot, make } = given
  const reserve = Number.isFinite(perMinute) ? Math.floor(perMinute / 4) : 0
  // Whoever reads by a table gets what the table says.
  return { fields, limits: { perMinute, reserve }, bot, make } as Kind
}

const unlimited = Number.POSITIVE_INFINITY

/** All types of channels. */
export const kinds: Readonly<Record<ChannelType, Kind>> = {
  wecom: kind<WecomOptions>({
    fields: {
      url: secretUrl("the webhook's address of the group bot", 'key'),
      format: choice(wecomFormats, 'markdown_v2', 'how the message is written'),
      mention: words('mobile numbers or user ids who are mentioned when it fires, or @all'),
    },
    perMinute: 20,
    bot: ({ url }) => url,
    make: wecom,
  }),
  dingtalk: kind<DingtalkOptions>({
    fields: {
      url: secretUrl("the webhook's address of the group robot", 'access_token'),
      secret: optionalSecret('signs each request, where the robot wants it'),
      mention: words('mobile numbers or user ids who are mentioned when it fires, or @all'),
    },
    perMinute: 20,
    bot: ({ url }) => url,
    make: dingtalk,
  }),
  feishu: kind<FeishuOptions>({
    fields: {
      url: secretUrl("the webhook's address of the custom bot, of Feishu or of Lark"),
      secret: optionalSecret('signs each request, where the bot wants it'),
      mention: words('open ids (ou_…) who are mentioned when it fires, or all'),
    },
    perMinute: 100,
    bot: ({ url }) => url,
    make: feishu,
  }),
  slack: kind<SlackOptions>({
    fields: {
      url: secretUrl('the address of the incoming webhook'),
      mention: words('user ids (U…) or group ids (S…) who are mentioned when it fires, or channel, here'),
    },
    perMinute: 60,
    bot: ({ url }) => url,
    make: slack,
  }),
  discord: kind<DiscordOptions>({
    fields: {
      url: secretUrl('the address of the webhook'),
      mention: words('user ids who are mentioned when it fires, or @everyone, @here'),
    },
    perMinute: 30,
    bot: ({ url }) => url,
    make: discord,
  }),
  teams: kind<TeamsOptions>({
    fields: { url: secretUrl('the address of the workflow') },
    perMinute: 60,
    bot: ({ url }) => url,
    make: teams,
  }),
  pagerduty: kind<PagerdutyOptions>({
    fields: {
      routingKey: requiredText('the integration key of the service, Events API v2'),
      url: { ...secretUrl('the Events API, where it is another one, as in Europe'), default: pagerdutyUrl },
    },
    perMinute: 120,
    bot: ({ routingKey }) => routingKey,
    make: pagerduty,
  }),
  alertmanager: kind<AlertmanagerOptions>({
    fields: {
      url: secretUrl('the address of Alertmanager'),
      headers: headers('headers of each request, such as authorization'),
      lasts: duration(4 * 3_600_000, '4h', 'for how long an alert fires there that nobody ends or repeats'),
    },
    perMinute: unlimited,
    bot: ({ url }) => url,
    make: alertmanager,
  }),
  webhook: kind<WebhookOptions>({
    fields: {
      url: secretUrl('where the JSON goes'),
      secret: optionalSecret('signs each request as Standard Webhooks says'),
      headers: headers('headers of each request, such as authorization'),
    },
    perMinute: unlimited,
    bot: ({ url }) => url,
    make: webhook,
  }),
  email: kind<EmailOptions>({
    fields: {
      url: mailServer('the mail server, smtp://user:password@host:587 or smtps://…'),
      from: requiredText('who the mail is from'),
      to: addresses('who gets it'),
    },
    perMinute: unlimited,
    bot: ({ url, to }) => JSON.stringify([url, to]),
    make: email,
  }),
}
