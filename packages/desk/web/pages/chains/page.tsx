import { Title } from '../../components/title.tsx'
import { words } from '../../i18n/words.ts'

export function ChainsPage() {
  return (
    <div class="page">
      <Title>{words.value.chains.title}</Title>
    </div>
  )
}
