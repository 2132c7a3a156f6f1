import { safeLines } from '../safe-lines.ts'

/** What is longer than this many lines or characters scrolls in a frame of its own. */
const maxLines = 24
const maxLength = 3_000

/** Text of several lines, such as a stack, made harmless; its ends of lines stay. */
export function TextBlock({ text }: { text: string }) {
  const lines = text.split(/\r\n|\n|\r/)
  const scrolls = lines.length > maxLines || text.length > maxLength
  return (
    <pre class={scrolls ? 'text-block scrolls' : 'text-block'} tabIndex={scrolls ? 0 : undefined}>
      {safeLines(text)}
    </pre>
  )
}
