import type { Channel } from '../src/channels/channel.ts'
import { readChannel } from '../src/channels/read-channel.ts'
import type { Reply } from './bot.ts'

/** How a channel is written in a rule file, given where its bot is; and what the bot says when all is well. */
export const bots: Readonly<Record<string, { map(url: string): object; fine: Reply }>> = {
  wecom: {
    map: (url) => ({ url: `${url}/cgi-bin/webhook/send?key=SECRET-KEY` }),
    fine: { body: '{"errcode":0,"errmsg":"ok"}' },
  },
  dingtalk: {
    map: (url) => ({ url: `${url}/robot/send?access_token=SECRET-KEY`, secret: 'SECdemo' }),
    fine: { body: '{"errcode":0,"errmsg":"ok"}' },
  },
  feishu: {
    map: (url) => ({ url: `${url}/open-apis/bot/v2/hook/SECRET-KEY`, secret: 'demo' }),
    fine: { body: '{"code":0,"msg":"success","data":{}}' },
  },
  slack: { map: (url) => ({ url: `${url}/services/T0/B0/SECRET-KEY` }), fine: { body: 'ok' } },
  discord: { map: (url) => ({ url: `${url}/api/webhooks/1/SECRET-KEY` }), fine: { status: 204 } },
  teams: { map: (url) => ({ url: `${url}/workflows/SECRET-KEY` }), fine: { status: 202 } },
  pagerduty: {
    map: (url) => ({ url: `${url}/v2/enqueue`, routing_key: 'SECRET-KEY' }),
    fine: { status: 202, body: '{"status":"success","message":"Event processed","dedup_key":"x"}' },
  },
  alertmanager: { map: (url) => ({ url, headers: { authorization: 'Bearer SECRET-KEY' } }), fine: {} },
  webhook: { map: (url) => ({ url: `${url}/SECRET-KEY`, secret: 'whsec_U0VDUkVULUtFWQ==' }), fine: {} },
}

/** A channel that must be readable. */
export function channelOf(name: string, map: object): Channel {
  const { channel, mistakes } = readChannel(name, map, (path) => path.join('.'), {})
  if (!channel) throw new Error(JSON.stringify(mistakes))
  return channel
}
