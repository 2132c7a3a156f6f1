import { Title } from '../../components/title.tsx'
import { words } from '../../i18n/words.ts'

export function ChainPage() {
  return (
    <div class="page">
      <Title>{words.value.chain.title}</Title>
    </div>
  )
}
