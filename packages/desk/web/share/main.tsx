import '../styles/tokens.css'
import '../styles/base.css'
import '../styles/components.css'
import '../styles/shell.css'
import '../styles/lists.css'
import '../styles/parts.css'
import './shared-file.css'
import { render } from 'preact'
import type { SharedChain } from '../../api/index.ts'
import { appearance, chooseAppearance } from '../appearance.ts'
import { startLanguage } from '../i18n/words.ts'
import { hearKeys } from '../keys.ts'
import { followFile } from '../url-state.ts'
import { SharedFile } from './shared-file.tsx'

/** The page of a file that holds one chain. It asks nobody for anything. */
async function start(): Promise<void> {
  chooseAppearance(appearance.value)
  await startLanguage().catch(() => undefined)
  followFile()
  hearKeys()
  const shared = JSON.parse(document.getElementById('chain')!.textContent) as SharedChain
  render(<SharedFile shared={shared} />, document.getElementById('app')!)
}

void start()
