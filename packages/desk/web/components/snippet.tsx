import { words } from '../i18n/words.ts'
import { CopyButton } from './copy-button.tsx'

/** Lines to copy into a terminal or a file. */
export function Snippet({ title, text }: { title: string; text: string }) {
  return (
    <div class="snippet">
      <h2>{title}</h2>
      <pre>
        <code>{text}</code>
      </pre>
      <CopyButton text={text} label={`${words.value.shell.copy}: ${title}`} />
    </div>
  )
}
