import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { SharedChain } from '../../api/index.ts'
import { Icon } from '../components/icon.tsx'
import { KeysDialog } from '../components/keys-dialog.tsx'
import { AppearanceButton, LanguageButton } from '../components/tools.tsx'
import { words } from '../i18n/words.ts'
import { useKeys } from '../keys.ts'
import { OpenChain } from '../pages/chain/open-chain.tsx'
import { RecordsProvider } from '../records.ts'
import { param, setParams } from '../url-state.ts'
import { fileRecords } from './file-records.ts'

/** A chain in a file of its own: what the chain's page shows, without all that needs a desk. */
export function SharedFile({ shared }: { shared: SharedChain }) {
  const records = useMemo(() => fileRecords(shared), [shared])
  return (
    <RecordsProvider value={records}>
      <div class="shell shared">
        <header class="top">
          <span class="home">
            <Icon name="ball" />
            Clew
          </span>
          <SearchInChain />
          <div class="tools">
            <LanguageButton />
            <AppearanceButton />
            <KeysDialog />
          </div>
        </header>
        <main id="main" tabIndex={-1}>
          <Notes shared={shared} />
          <OpenChain data={shared.data} />
        </main>
      </div>
    </RecordsProvider>
  )
}

/** What this is, and what is not in it. */
function Notes({ shared: { summary } }: { shared: SharedChain }) {
  const { isFile, redacted, notRedacted, left } = words.value.share
  const { records, details } = summary.leftOut
  return (
    <p class="share-notes muted">
      {isFile} {summary.redacted === null ? notRedacted : redacted(summary.redacted)}
      {records + details > 0 && <strong> {left(records, details)}</strong>}
    </p>
  )
}

function SearchInChain() {
  const asked = param('q').value
  const [text, setText] = useState(asked)
  const input = useRef<HTMLInputElement>(null)
  const { search, keys } = words.value.shell
  useEffect(() => setText(asked), [asked])
  useKeys([{ key: '/', description: keys.search, run: () => input.current?.select() }])
  return (
    <search>
      <form
        class="search"
        onSubmit={(event) => {
          event.preventDefault()
          setParams({ q: text.trim() }, 'replace')
          // The keys of the page are wanted next: the list takes them from here.
          document.getElementById('main')?.focus()
        }}
      >
        <Icon name="search" />
        <input
          ref={input}
          type="search"
          name="q"
          value={text}
          aria-label={search}
          placeholder={words.value.share.search}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur()
          }}
        />
        <kbd>/</kbd>
      </form>
    </search>
  )
}
