import { useEffect, useState } from 'preact/hooks'
import { words } from '../i18n/words.ts'
import { Icon } from './icon.tsx'

const shownMs = 1_500

/** Copies a text. `label` says what, for screen readers and the title; `children` is the visible text, if any. */
export function CopyButton({ text, label, children }: { text: string; label: string; children?: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), shownMs)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(true))
  const { copied: done } = words.value.shell
  return (
    <button type="button" class="quiet" title={label} aria-label={label} onClick={copy}>
      <Icon name={copied ? 'check' : 'copy'} />
      {children}
      <span class="unseen" role="status">
        {copied ? done : ''}
      </span>
    </button>
  )
}
