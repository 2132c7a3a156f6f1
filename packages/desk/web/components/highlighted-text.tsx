import { safeText } from '../../chain/safe-text.ts'
import { markSegments } from '../mark-segments.ts'

/** Text of telemetry as one line, made harmless, with the words of a search marked. */
export function HighlightedText({ text, words = [] }: { text: string; words?: readonly string[] }) {
  return (
    <bdi class="telemetry">
      {markSegments(safeText(text), words).map((piece, at) =>
        piece.marked ? <mark key={at}>{piece.text}</mark> : piece.text,
      )}
    </bdi>
  )
}
