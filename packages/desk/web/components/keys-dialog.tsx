import { useRef, useState } from 'preact/hooks'
import { words } from '../i18n/words.ts'
import { type KeyBinding, keys, useKeys } from '../keys.ts'
import { Icon } from './icon.tsx'

const names: Record<string, string> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
}

/** The button and the dialog that lists the keys of the page as it is now. `?` opens it. */
export function KeysDialog() {
  const dialog = useRef<HTMLDialogElement>(null)
  const [shown, setShown] = useState<KeyBinding[]>([])
  const { keys: text, close } = words.value.shell
  const open = () => {
    setShown(keys.list())
    dialog.current?.showModal()
  }
  useKeys([{ key: '?', description: text.open, run: open }])
  return (
    <>
      <button type="button" class="quiet" title={`${text.open} (?)`} aria-label={text.open} onClick={open}>
        <kbd>?</kbd>
      </button>
      <dialog ref={dialog} class="keys" aria-labelledby="keys-title">
        <div class="pane-header">
          <h2 id="keys-title">{text.title}</h2>
          <button type="button" class="quiet" aria-label={close} onClick={() => dialog.current?.close()}>
            <Icon name="close" />
          </button>
        </div>
        <div class="keys-body">
          <table>
            <thead class="unseen">
              <tr>
                <th scope="col">{text.key}</th>
                <th scope="col">{text.action}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ key, description }) => (
                <tr key={key}>
                  <th scope="row">
                    <kbd>{names[key] ?? key}</kbd>
                  </th>
                  <td>{description}</td>
                </tr>
              ))}
              <tr>
                <th scope="row">
                  <kbd>↑</kbd> <kbd>↓</kbd> <kbd>PgDn</kbd> <kbd>End</kbd>
                </th>
                <td>{text.list}</td>
              </tr>
            </tbody>
          </table>
          <Syntax />
        </div>
      </dialog>
    </>
  )
}

/** How a search is written. */
function Syntax() {
  const { title, write, finds, rows, plain } = words.value.shell.keys.syntax
  return (
    <section class="syntax">
      <h3>{title}</h3>
      <table>
        <thead class="unseen">
          <tr>
            <th scope="col">{write}</th>
            <th scope="col">{finds}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([example = '', meaning]) => (
            <tr key={example}>
              <th scope="row">
                {example.split(', ').map((one) => (
                  <code key={one}>{one}</code>
                ))}
              </th>
              <td>{meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">{plain}</p>
    </section>
  )
}
