import { useEffect, useRef, useState } from 'preact/hooks'
import { type LiveState, live } from '../../live.ts'
import { addArrived, catchUp, emptyTail, type Tail } from './tail.ts'

export type LiveTail = Tail & { state: LiveState; catchUp(): void }

/**
 * New lines of a search while `on`. While `paused` they wait. `onOpen` is called whenever the stream begins: what came
 * before must be asked for.
 */
export function useTail(on: boolean, q: string, paused: boolean, onOpen: () => void): LiveTail {
  const [tail, setTail] = useState(emptyTail)
  const [state, setState] = useState<LiveState>('connecting')
  const latest = useRef({ paused, onOpen })
  latest.current = { paused, onOpen }
  useEffect(() => {
    setTail(emptyTail)
    if (!on) return
    const stream = live('logs', q, (event) =>
      setTail((before) => addArrived(before, event, latest.current.paused)),
    )
    const stop = stream.state.subscribe((now) => {
      setState(now)
      if (now === 'open') latest.current.onOpen()
    })
    return () => {
      stop()
      stream.close()
    }
  }, [on, q])
  const show = () => setTail(catchUp)
  useEffect(() => {
    if (!paused) show()
  }, [paused])
  return { ...tail, state, catchUp: show }
}
