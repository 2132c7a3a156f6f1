import { useEffect, useState } from 'preact/hooks'
import { words } from '../i18n/words.ts'
import { Icon } from './icon.tsx'

const shownMs = 1_500

/** Copies texts; `copied` is true for a moment afterwards. */
export function useCopy(): { copied: boolean; copy(text: string): void } {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), shownMs)
    return () => clearTimeout(timer)
  }, [copied])
  return { copied, copy: (text) => void navigator.clipboard.writeText(text).then(() => setCopied(true)) }
}

/** What is on a button that copies: a picture, a visible text if there is one, and what screen readers hear afterwards. */
export function CopyFace({ copied, children }: { copied: boolean; children?: string | undefined }) {
  return (
    <>
      <Icon name={copied ? 'check' : 'copy'} />
      {children}
      <span class="unseen" role="status">
        {copied ? words.value.shell.copied : ''}
      </span>
    </>
  )
}

/** Copies a text. `label` says what, for screen readers and the title. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const { copied, copy } = useCopy()
  return (
    <button type="button" class="quiet" title={label} aria-label={label} onClick={() => copy(text)}>
      <CopyFace copied={copied} />
    </button>
  )
}
