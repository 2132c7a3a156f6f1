import { type RowText, safeText } from '@clew/otlp/text'
import type { ComponentChildren } from 'preact'
import { hasChildren, hasFlag, isOpen, kindOf, levelOf, parentOf } from '../../../chain/index.ts'
import { DeskLink } from '../../components/desk-link.tsx'
import { Icon, type IconName } from '../../components/icon.tsx'
import { HighlightedText, ServiceMark, Severity } from '../../components/telemetry.tsx'
import { Cell } from '../../components/virtual-rows.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { chainHref } from '../../url.ts'
import type { ShownChain } from './use-chain.ts'

/** Deeper rows do not move further to the right; they say how deep they are. */
const deepest = 16

/** The left part of a row: where it stands in the tree, what it is and what it says. */
export function TreeCell({ shown, node, text }: { shown: ShownChain; node: number; text: RowText }) {
  const { chain } = shown
  const failed = hasFlag(chain, node, 'failed')
  // A row that has one word of several is not what is looked for.
  const marked = shown.matches.includes(node) ? shown.words : []
  return (
    <Cell class="tree">
      <Indent shown={shown} node={node} />
      <Expander shown={shown} node={node} />
      {text.kind === 'log' ? (
        <Severity severity={chain.data.logs.severity[chain.source[node]!]!} />
      ) : (
        <Icon name={iconOf(shown, node)} />
      )}
      <Service shown={shown} node={node} name={text.service} />
      {failed && (
        <span class="severity-error failed-mark">
          <Icon name="error" />
          <span class="unseen">{words.value.chain.failed}</span>
        </span>
      )}
      {shown.raised.has(node) && <span class="raised">{words.value.chain.raised.mark}</span>}
      <span class="what" title={[text.label, text.detail, text.message].filter(Boolean).join('  ')}>
        <HighlightedText text={text.label} words={marked} />
        {text.detail && <Detail>{<HighlightedText text={text.detail} words={marked} />}</Detail>}
        {text.message && (
          <span class="severity-error message">
            <HighlightedText text={text.message} words={marked} />
          </span>
        )}
      </span>
      {text.badge && <span class="badge">{text.badge}</span>}
      <LinkedTrace id={otherTrace(shown, node, text)} />
      <Hidden shown={shown} node={node} />
      {text.duration && (
        <span class="took muted number" aria-hidden="true">
          {text.duration}
        </span>
      )}
    </Cell>
  )
}

function Detail({ children }: { children: ComponentChildren }) {
  return <span class="muted detail">{children}</span>
}

function Indent({ shown, node }: { shown: ShownChain; node: number }) {
  const level = levelOf(shown.chain, shown.view, node)
  return (
    <>
      <span class="indent" style={{ width: `${Math.min(level, deepest) * 12}px` }} />
      {level > deepest && <span class="muted deep">⋯{level - deepest}</span>}
    </>
  )
}

function Expander({ shown, node }: { shown: ShownChain; node: number }) {
  const { chain, view } = shown
  if (!hasChildren(chain, node)) return <span class="expander" />
  const open = isOpen(chain, view, node)
  return (
    <button
      type="button"
      class="quiet expander"
      tabIndex={-1}
      aria-hidden="true"
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => shown.setOpen(node, !open)}
    >
      <Icon name={open ? 'open' : 'closed'} />
    </button>
  )
}

/** A dot of its colour; its name too where the service changes. */
function Service({ shown, node, name }: { shown: ShownChain; node: number; name: string }) {
  if (name === '') return null
  const { chain } = shown
  const above = parentOf(chain, shown.view, node)
  const isNew = above < 0 || serviceOf(shown, above) !== serviceOf(shown, node)
  return (
    <span class="service" title={name}>
      <ServiceMark look={shown.lookOf(name)} />
      {isNew ? <bdi>{name}</bdi> : <span class="unseen">{name}</span>}
    </span>
  )
}

function serviceOf({ chain }: ShownChain, node: number): string {
  const { data, source, groups } = chain
  const index = source[node]!
  const kind = kindOf(chain, node)
  const span = kind === 'span' || kind === 'wait' ? index : kind === 'group' ? groups[index]!.first : -1
  const resource = kind === 'log' ? data.logs.resource[index]! : data.spans.resource[span]
  return resource === undefined ? '' : (data.resources[resource]?.service ?? '')
}

function LinkedTrace({ id }: { id: string }) {
  if (id === '') return null
  const { openTrace } = words.value.chain
  return (
    <DeskLink class="linked-trace mono" href={chainHref(id)} title={`${openTrace} ${id}`} tabIndex={-1}>
      <span class="unseen">{openTrace} </span>
      {id.slice(0, 8)}
    </DeskLink>
  )
}

/** Where another trace begins, or, of a cause that is not here, where that is. */
function otherTrace({ chain }: ShownChain, node: number, text: RowText): string {
  if (text.kind !== 'note') return text.linkedTrace
  const { absent, links } = chain.notes[chain.source[node]!]!
  return absent ? safeText(chain.data.links[links[0]!]!.toTraceId) : ''
}

/** How many rows a closed node hides. */
function Hidden({ shown, node }: { shown: ShownChain; node: number }) {
  const { chain, view } = shown
  if (!hasChildren(chain, node) || isOpen(chain, view, node) || kindOf(chain, node) === 'group') return null
  return <span class="muted hidden-rows number">+{formatCount(chain.end[node]! - node - 1)}</span>
}

const spanIcons: IconName[] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer']

function iconOf({ chain }: ShownChain, node: number): IconName {
  const kind = kindOf(chain, node)
  if (hasFlag(chain, node, 'linked')) return 'linked'
  if (kind === 'log') return 'event'
  if (kind !== 'span') return kind
  const span = chain.source[node]!
  if (chain.facts.get(span)?.db !== undefined) return 'database'
  return spanIcons[chain.data.spans.kind[span]!] ?? 'internal'
}
