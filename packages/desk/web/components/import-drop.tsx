import { useEffect, useRef, useState } from 'preact/hooks'
import { api } from '../api-client.ts'
import { formatCount } from '../format.ts'
import { words } from '../i18n/words.ts'
import { Icon } from './icon.tsx'
import { HighlightedText } from './telemetry.tsx'

/** What became of a file. */
type Told = { name: string; text: string; problems: string[]; failed: boolean }

/** Of many files the last ones are told. */
const maxTold = 20

/** A button to choose files, and the whole page to drop them on: each is sent to the desk as it is, one after the other. */
export function ImportDrop() {
  const input = useRef<HTMLInputElement>(null)
  const [isOver, setOver] = useState(false)
  const { told, running, take, forget } = useImport()
  const text = words.value.shell.import
  useDrops(setOver, take)
  return (
    <>
      <button
        type="button"
        class="quiet"
        title={text.choose}
        aria-label={text.choose}
        onClick={() => input.current?.click()}
      >
        <Icon name="up" />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          take([...(currentTarget.files ?? [])])
          currentTarget.value = ''
        }}
      />
      {isOver && <div class="import-over">{text.drop}</div>}
      <section
        class="import-told"
        hidden={running === undefined && told.length === 0}
        aria-label={text.title}
      >
        <div class="pane-header">
          <h2>
            <span role="status">{running === undefined ? text.title : text.running(running)}</span>
          </h2>
          <button type="button" class="quiet" aria-label={words.value.shell.close} onClick={forget}>
            <Icon name="close" />
          </button>
        </div>
        <ul>
          {told.map((one, at) => (
            <ToldFile key={at} {...one} />
          ))}
        </ul>
      </section>
    </>
  )
}

function ToldFile({ name, text, problems, failed }: Told) {
  return (
    <li>
      <Icon name={failed ? 'error' : 'check'} />
      <b>
        <HighlightedText text={name} />
      </b>
      : <HighlightedText text={text} />
      {problems.map((problem) => (
        <p key={problem} class="muted">
          <HighlightedText text={problem} />
        </p>
      ))}
    </li>
  )
}

function useImport(): {
  told: Told[]
  /** The file that is being sent. */
  running: string | undefined
  take(files: readonly File[]): void
  forget(): void
} {
  const [told, setTold] = useState<Told[]>([])
  const [running, setRunning] = useState<string>()
  const turn = useRef<Promise<void>>(Promise.resolve())
  const send = async (file: File): Promise<void> => {
    setRunning(file.name)
    const one = await importFile(file)
    setTold((before) => [...before, one].slice(-maxTold))
    setRunning(undefined)
  }
  const take = (files: readonly File[]): void => {
    for (const file of files) turn.current = turn.current.then(() => send(file))
  }
  return { told, running, take, forget: () => setTold([]) }
}

async function importFile(file: File): Promise<Told> {
  const text = words.value.shell.import
  const { value, failure } = await api.import(file)
  if (value === undefined)
    return { name: file.name, text: failure?.message ?? '', problems: [], failed: true }
  const { logs, spans, rejected, format, problems } = value
  const counts = text.done(formatCount(logs), formatCount(spans), format)
  return {
    name: file.name,
    text: rejected > 0 ? `${counts} ${text.rejected(formatCount(rejected))}` : counts,
    problems: problems.map(({ line, message }) => `${line}: ${message}`),
    failed: false,
  }
}

/** Files that are dragged over the window; texts and links are left to the browser. */
function useDrops(setOver: (isOver: boolean) => void, take: (files: readonly File[]) => void): void {
  const latest = useRef(take)
  latest.current = take
  useEffect(() => {
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false
    const listeners = {
      dragover(event: DragEvent) {
        if (!hasFiles(event)) return
        event.preventDefault()
        setOver(true)
      },
      // Between two elements of the page there is another one that is entered.
      dragleave: (event: DragEvent) => setOver(event.relatedTarget !== null),
      drop(event: DragEvent) {
        setOver(false)
        if (!hasFiles(event)) return
        event.preventDefault()
        latest.current([...(event.dataTransfer?.files ?? [])])
      },
    }
    const entries = Object.entries(listeners) as [string, EventListener][]
    for (const [name, listener] of entries) addEventListener(name, listener)
    return () => {
      for (const [name, listener] of entries) removeEventListener(name, listener)
    }
  }, [setOver])
}
