import { Title } from '../../components/title.tsx'
import { words } from '../../i18n/words.ts'

export function PatternsPage() {
  return (
    <div class="page">
      <Title>{words.value.patterns.title}</Title>
    </div>
  )
}
