import { useEffect, useRef, useState } from 'preact/hooks'
import type { NewWarningOpinion, WarningRow } from '../../../api/index.ts'
import { api, type Failure } from '../../api-client.ts'
import { Problem } from '../../components/page.tsx'
import { words } from '../../i18n/words.ts'

type Opinion = NewWarningOpinion['opinion']

const opinions: readonly Opinion[] = ['useful', 'noise']

/** What somebody says of a warning: it stands at once, and goes back with the reason when the desk does not take it. */
export function WarningOpinion({ warning: { id, opinion } }: { warning: WarningRow }) {
  const { opinion: text } = words.value.warnings
  const [said, setSaid] = useState<Opinion>()
  const [failure, setFailure] = useState<Failure>()
  const isSaying = useRef(false)
  // What the desk says is newer than what was said here.
  useEffect(() => setSaid(undefined), [opinion])
  const shown = said ?? opinion
  const say = async (wanted: Opinion) => {
    if (isSaying.current || wanted === shown) return
    isSaying.current = true
    setSaid(wanted)
    const answer = await api.opine(id, { opinion: wanted })
    isSaying.current = false
    setFailure(answer.failure)
    if (answer.failure) setSaid(undefined)
  }
  return (
    <fieldset class="warning-opinion">
      <legend>{text.label}</legend>
      {opinions.map((one) => (
        <button key={one} type="button" aria-pressed={shown === one} onClick={() => void say(one)}>
          {text[one]}
        </button>
      ))}
      <span class="muted" role="status">
        {shown && text.said[shown]}
      </span>
      {failure && <Problem failure={failure} />}
    </fieldset>
  )
}
