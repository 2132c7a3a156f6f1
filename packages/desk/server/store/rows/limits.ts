/** Characters of a text that are kept. */
export const maxTextLength = 65_536

/** Attributes of a record that are kept. */
export const maxAttributes = 1000

/** Characters of an attribute's value that can be found by their words. */
export const maxWordsLength = 4096

/** Cuts a text at a code point and says how much is gone. */
export function cutText(text: string, length: number = maxTextLength): string {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  const end = last >= 0xd800 && last < 0xdc00 ? length - 1 : length
  return `${text.slice(0, end)}…(+${text.length - end} characters)`
}
