import { Title } from '../../components/title.tsx'
import { words } from '../../i18n/words.ts'

export function LogsPage() {
  return (
    <div class="page">
      <Title>{words.value.logs.title}</Title>
    </div>
  )
}
