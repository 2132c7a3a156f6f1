import type { Notice, RenderContext } from './channel.ts'
import { cutUnits } from './clean-text.ts'
import { createComposer, headlineOf, type Message, type Style } from './message.ts'
import { words } from './words.ts'

/** Characters of each place of a card; what is longer is not shown. */
const most = { source: 13, title: 26, desc: 30, subtitle: 112, key: 5, value: 26, jump: 13, quote: 256 }

/** A text_notice card: short, for a phone. The whole card opens the chain of the last line. */
export function wecomCard(notice: Notice, style: Style, context: RenderContext): object {
  const compose = createComposer(notice, style, context)
  const message = compose({ lines: 5, lineBytes: 256, entries: 3, wordBytes: 118 })
  const last = message.lines.at(-1)
  const url = last?.url || message.entries.find(({ link }) => link)?.link?.url || message.links[0]?.url
  return {
    msgtype: 'template_card',
    template_card: {
      card_type: 'text_notice',
      source: { desc: 'Clew', desc_color: message.isResolved ? 3 : 2 },
      main_title: {
        title: cutUnits(headlineOf(message), most.title),
        desc: cutUnits(message.facts[0] ?? '', most.desc),
      },
      sub_title_text: cutUnits(message.facts.slice(1).join('\n'), most.subtitle),
      ...(last && { quote_area: quoteOf(last) }),
      ...(message.lines.length > 0 && { horizontal_content_list: linesOf(message) }),
      jump_list: jumpsOf(message, style),
      // A card must open something.
      card_action: { type: 1, url: url ?? context.desk ?? 'https://work.weixin.qq.com' },
    },
  }
}

function quoteOf({ head, text, url }: Message['lines'][number]): object {
  return {
    ...(url === '' ? { type: 0 } : { type: 1, url }),
    title: cutUnits(head, most.title),
    quote_text: cutUnits(text, most.quote),
  }
}

function linesOf({ lines }: Message): object[] {
  return lines.map(({ head, traceId, url }) => ({
    keyname: cutUnits(head.split(' ')[1] ?? '·', most.key),
    value: cutUnits(`${head.slice(0, 8)} ${traceId}`.trimEnd(), most.value),
    ...(url !== '' && { type: 1, url }),
  }))
}

function jumpsOf(message: Message, { language }: Style): object[] {
  const last = message.lines.at(-1)?.url
  const chain = last ? [{ type: 1, title: cutUnits(words[language].openDesk, most.jump), url: last }] : []
  const links = message.links.map(({ text, url }) => ({ type: 1, title: cutUnits(text, most.jump), url }))
  return [...chain, ...links].slice(0, 3)
}
