import type { ComponentChildren } from 'preact'
import type { LogRow, PatternDetail } from '../../../api/index.ts'
import { api, useAnswer } from '../../api-client.ts'
import { AnswerView } from '../../components/answer-view.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { SidePane } from '../../components/side-pane.tsx'
import { HighlightedText, ServiceDot, TimeText } from '../../components/telemetry.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { chainHref, hrefOf } from '../../url.ts'
import { param, timeBounds } from '../../url-state.ts'
import { BandSection } from './band-section.tsx'
import type { Bands } from './bands.ts'
import { Template, Trend } from './pattern-parts.tsx'
import { Age, NewBadge, UsualSeverity } from './pattern-rows.tsx'

type PatternPaneProps = { pattern: number; stepMs: number; bands: Bands; onClose(): void }

/** One pattern: how often it occurred, and its newest lines. */
export function PatternPane({ pattern, stepMs, bands, onClose }: PatternPaneProps) {
  const [from, to] = [param('from').value, param('to').value]
  const asked = useAnswer((abort) => api.pattern(pattern, timeBounds(Date.now()), abort), [pattern, from, to])
  const { pane } = words.value.patterns
  return (
    <SidePane title={pane.title} label={pane.title} onClose={onClose}>
      <AnswerView asked={asked} shape="text">
        {(detail) => <Details detail={detail} stepMs={stepMs} bands={bands} />}
      </AnswerView>
    </SidePane>
  )
}

type DetailsProps = { detail: PatternDetail; stepMs: number; bands: Bands }

function Details({ detail: { pattern, examples }, stepMs, bands }: DetailsProps) {
  const { pane } = words.value.patterns
  return (
    <div class="pattern-details">
      <p class="pattern-template">
        <Template text={pattern.text} />
        <CopyButton text={pattern.text} label={pane.copy} />
      </p>
      <p>
        <a class="show-lines" href={linesHref(pattern.id)}>
          {pane.showLines}
        </a>
      </p>
      <Trend trend={pattern.trend} stepMs={stepMs} />
      <dl>
        <Fact name={words.value.patterns.columns.count}>
          <span class="number">{formatCount(pattern.count)}</span> {pattern.isNew && <NewBadge />}
        </Fact>
        <Fact name={words.value.patterns.columns.severity}>
          <UsualSeverity pattern={pattern} />
        </Fact>
        <Fact name={words.value.patterns.columns.services}>
          {pattern.services.map((name) => (
            <ServiceDot key={name} name={name} />
          ))}
        </Fact>
        <Fact name={words.value.patterns.columns.first}>
          <Age unixMs={pattern.firstUnixMs} nowMs={Date.now()} />
        </Fact>
        <Fact name={words.value.patterns.columns.last}>
          <Age unixMs={pattern.lastUnixMs} nowMs={Date.now()} />
        </Fact>
      </dl>
      <BandSection key={pattern.id} id={pattern.id} bands={bands} />
      <Examples lines={examples} />
    </div>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** The newest lines; each leads to its chain, or without one to itself. */
function Examples({ lines }: { lines: readonly LogRow[] }) {
  const { pane } = words.value.patterns
  return (
    <section class="examples">
      <h3>{pane.examples}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line.ref}>
            <a
              href={
                line.traceId
                  ? chainHref(line.traceId, { log: line.ref })
                  : hrefOf('/logs', { around: line.ref, log: line.ref })
              }
            >
              <TimeText unixNano={line.timeUnixNano} />
              <HighlightedText text={line.text.slice(0, 500)} />
              {line.fields && (
                <span class="muted">
                  <HighlightedText text={line.fields} />
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The list of the lines of a pattern in the time of the page. */
export function linesHref(pattern: number): string {
  return hrefOf('/logs', { q: `pattern:${pattern}`, from: param('from').value, to: param('to').value })
}
