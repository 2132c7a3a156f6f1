import { HighlightedText } from '../../components/highlighted-text.tsx'
import { words } from '../../i18n/words.ts'
import { templatePieces } from './pattern-list.ts'

/** A template with a quiet mark where it varies. */
export function Template({ text, marked = [] }: { text: string; marked?: readonly string[] }) {
  const { varies } = words.value.patterns
  return (
    <span class="template">
      {templatePieces(text).map((piece, at) =>
        piece === undefined ? (
          <span key={at} class="varies" title={varies}>
            <span aria-hidden="true">∗</span>
            <span class="unseen">{varies}</span>
          </span>
        ) : (
          <HighlightedText key={at} text={piece} words={marked} />
        ),
      )}
    </span>
  )
}
