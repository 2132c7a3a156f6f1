import './styles/tokens.css'
import './styles/base.css'
import './styles/components.css'
import './styles/shell.css'
import './styles/lists.css'
import './styles/answer.css'
import './styles/parts.css'
import { render } from 'preact'
import { App } from './app.tsx'
import { watchDesk } from './components/desk-status.tsx'
import { startLanguage } from './i18n/words.ts'
import { hearKeys } from './keys.ts'
import { followAddress } from './url-state.ts'

async function start(): Promise<void> {
  // Without the words of another language the page speaks English.
  await startLanguage().catch(() => undefined)
  followAddress()
  hearKeys()
  render(<App />, document.getElementById('app')!)
  void watchDesk()
}

void start()
