import { safeText } from '../chain/index.ts'

/** Text of several lines, such as a stack, made harmless; its ends of lines stay. */
export function safeLines(text: string): string {
  return text
    .split(/\r\n|\n|\r/)
    .map(safeText)
    .join('\n')
}
