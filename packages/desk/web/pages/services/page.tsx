import { Title } from '../../components/title.tsx'
import { words } from '../../i18n/words.ts'

export function ServicesPage() {
  return (
    <div class="page">
      <Title>{words.value.services.title}</Title>
    </div>
  )
}
