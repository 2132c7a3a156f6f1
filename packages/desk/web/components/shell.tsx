import type { ComponentChildren } from 'preact'
import { words } from '../i18n/words.ts'
import { useKeys } from '../keys.ts'
import { hrefOf } from '../url.ts'
import { go, param, route } from '../url-state.ts'
import { deskStatus, StatusLink } from './desk-status.tsx'
import { Icon } from './icon.tsx'
import { ImportDrop } from './import-drop.tsx'
import { KeysDialog } from './keys-dialog.tsx'
import { SearchBox } from './search-box.tsx'
import { AppearanceButton, LanguageButton } from './tools.tsx'

const sections = ['chains', 'logs', 'patterns', 'services', 'alerts', 'series'] as const

/** What is around every page. */
export function Shell({ children }: { children: ComponentChildren }) {
  const { skip, home } = words.value.shell
  return (
    <div class="shell">
      <a class="skip" href="#main">
        {skip}
      </a>
      <header class="top">
        <a class="home" href="/chains" aria-label={home}>
          <Icon name="ball" />
          Clew
        </a>
        <Navigation />
        <SearchBox />
        <div class="tools">
          <StatusLink />
          <ImportDrop />
          <LanguageButton />
          <AppearanceButton />
          <KeysDialog />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  )
}

function Navigation() {
  const { pages, keys } = words.value.shell
  const time = { from: param('from').value, to: param('to').value }
  const { page } = route.value
  const current = page === 'chain' || page === 'compare' ? 'chains' : page
  useKeys(
    sections.map((section, at) => ({
      key: String(at + 1),
      description: keys.pages[section],
      run: () => go(hrefOf(`/${section}`, time)),
    })),
  )
  return (
    <nav aria-label={pages}>
      {sections.map((section) => (
        <a
          key={section}
          href={hrefOf(`/${section}`, time)}
          aria-current={section === current ? 'page' : undefined}
        >
          {words.value[section].title}
          {section === 'alerts' && <Firing />}
        </a>
      ))}
    </nav>
  )
}

/** How many alerts go on. */
function Firing() {
  const count = deskStatus.value?.value?.alerts?.firing ?? 0
  if (count === 0) return null
  return (
    <>
      {' '}
      <span class="firing-count" title={words.value.alerts.firing(count)}>
        {count}
      </span>
    </>
  )
}
