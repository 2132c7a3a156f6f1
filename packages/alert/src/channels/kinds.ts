import { choice, duration, type Fields, optional, or, type ValuesOf } from '../rules/fields.ts'
import { alertmanager } from './alertmanager.ts'
import type { Channel, ChannelType } from './channel.ts'
import { dingtalk } from './dingtalk.ts'
import { discord } from './discord.ts'
import { email } from './email.ts'
import { feishu } from './feishu.ts'
import { addresses, headers, mailServer, mentions, secretText, secretUrl } from './field-kinds.ts'
import type { Style } from './message.ts'
import { pagerduty, pagerdutyUrl } from './pagerduty.ts'
import { slack } from './slack.ts'
import { teams } from './teams.ts'
import { webhook } from './webhook.ts'
import { wecom, wecomFormats } from './wecom.ts'

type Made = Pick<Channel, 'render' | 'classify' | 'deliver'> & {
  /** What is the same for two channels of one bot. A secret. */
  identity: string
}

/** A type of channel: its own options, what it may send if nobody says else, and how it is made. */
export type Kind = { fields: Fields; perMinute: number; make(options: object, style: Style): Made }

const unlimited = Number.POSITIVE_INFINITY

function kind<F extends Fields>(
  perMinute: number,
  fields: F,
  make: (options: ValuesOf<F>, style: Style) => Made,
): Kind {
  // Whoever reads by a table gets what the table says.
  return { perMinute, fields, make: make as Kind['make'] }
}

const mention = (about: string) => mentions(`Who is mentioned when it fires: ${about}.`)
const secret = optional(secretText('Signs each message, where the bot asks for a signature.'))

/** All types of channels. */
export const kinds: Readonly<Record<ChannelType, Kind>> = {
  wecom: kind(
    20,
    {
      url: secretUrl('The webhook address of the group bot.', 'key'),
      format: or(choice(wecomFormats, 'How the message is written.'), 'markdown_v2', 'markdown_v2'),
      mention: mention('mobile numbers, user ids, or @all'),
    },
    (options, style) => ({ ...wecom({ ...options, ...style }), identity: options.url }),
  ),
  dingtalk: kind(
    20,
    {
      url: secretUrl('The webhook address of the group robot.', 'access_token'),
      secret,
      mention: mention('mobile numbers, user ids, or @all'),
    },
    (options, style) => ({ ...dingtalk({ ...options, ...style }), identity: options.url }),
  ),
  feishu: kind(
    100,
    {
      url: secretUrl('The webhook address of the custom bot, of Feishu or of Lark.'),
      secret,
      mention: mention('open ids (ou_…), or all'),
    },
    (options, style) => ({ ...feishu({ ...options, ...style }), identity: options.url }),
  ),
  slack: kind(
    60,
    {
      url: secretUrl('The address of the incoming webhook.'),
      mention: mention('user ids (U…), group ids (S…), channel or here'),
    },
    (options, style) => ({ ...slack({ ...options, ...style }), identity: options.url }),
  ),
  discord: kind(
    30,
    { url: secretUrl('The address of the webhook.'), mention: mention('user ids, everyone or here') },
    (options, style) => ({ ...discord({ ...options, ...style }), identity: options.url }),
  ),
  teams: kind(60, { url: secretUrl('The address of the workflow.') }, (options, style) => ({
    ...teams({ ...options, ...style }),
    identity: options.url,
  })),
  pagerduty: kind(
    120,
    {
      routing_key: secretText('The integration key of the service, for the Events API v2.'),
      url: or(secretUrl('The Events API, where it is another one.'), pagerdutyUrl, pagerdutyUrl),
    },
    ({ url, routing_key: routingKey }, style) => ({
      ...pagerduty({ url, routingKey, ...style }),
      identity: routingKey,
    }),
  ),
  alertmanager: kind(
    unlimited,
    {
      url: secretUrl('The address of Alertmanager.'),
      headers: headers('Headers of each request, such as authorization.'),
      lasts: or(duration('How long an alert fires there that nobody ends or repeats.'), 4 * 3_600_000, '4h'),
    },
    ({ lasts: lastsMs, ...options }, style) => ({
      ...alertmanager({ ...options, lastsMs, ...style }),
      identity: options.url,
    }),
  ),
  webhook: kind(
    unlimited,
    {
      url: secretUrl('Where the JSON goes.'),
      secret: optional(secretText('Signs each request as Standard Webhooks says.')),
      headers: headers('Headers of each request, such as authorization.'),
    },
    (options, style) => ({ ...webhook({ ...options, ...style }), identity: options.url }),
  ),
  email: kind(
    unlimited,
    {
      url: mailServer('The mail server, smtp://user:password@host:587 or smtps://….'),
      from: secretText('Who the mail is from.'),
      to: addresses('Who gets it.'),
    },
    (options, style) => ({
      ...email({ ...options, ...style }),
      identity: JSON.stringify([options.url, options.to]),
    }),
  ),
}
