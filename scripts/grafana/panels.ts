import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  LegendDisplayMode,
  LegendPlacement,
  StackingConfigBuilder,
  StackingMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import {
  type Panel as BuiltPanel,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline'
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'

/** A query in PromQL, and what its series are called, in which `{{label}}` is the value of a label. */
export type Query = readonly [expr: string, legend: string]

/** A link from a series to a page of the desk, below its address: `/logs?q=…`, in which `${__field.labels.x}` is a label. */
export type DeskLink = { readonly title: string; readonly path: string }

/** A panel of a dashboard, as far as they differ. */
export type Panel = {
  readonly kind: 'lines' | 'stack' | 'number' | 'table' | 'states'
  readonly title: string
  /** What it means and what to do, for whoever looks at it. */
  readonly about: string
  readonly unit: string
  readonly queries: readonly Query[]
  /** Of 24 columns. */
  readonly width: number
  /** The traces of single spans or records are shown as points. */
  readonly hasExemplars?: boolean
  readonly links?: readonly DeskLink[]
  /** The end of the axis, as of a share. */
  readonly max?: number
}

/** A variable whose values are those of a label. */
export type LabelVariable = { readonly name: string; readonly metric: string; readonly label: string }

/** A dashboard: rows of panels. */
export type Dashboard = {
  readonly uid: string
  readonly title: string
  readonly about: string
  readonly variables: readonly LabelVariable[]
  readonly rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[]
}

const datasource = { type: 'prometheus', uid: '${datasource}' }
const height = 8
const tag = 'clew'

/** The dashboard as Grafana imports it. */
export function buildDashboard({ uid, title, about, variables, rows }: Dashboard): object {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(about)
    .tags([tag])
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
  for (const variable of variables) builder.withVariable(labelVariable(variable))
  builder
    .withVariable(new TextBoxVariableBuilder('desk').label('Desk').defaultValue('http://localhost:4318'))
    .link(
      new DashboardLinkBuilder('Clew')
        .type(DashboardLinkType.Dashboards)
        .tags([tag])
        .asDropdown(false)
        .keepTime(true),
    )
    .link(
      new DashboardLinkBuilder('Desk')
        .type(DashboardLinkType.Link)
        .icon('external link')
        .url('${desk}')
        .targetBlank(true),
    )
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title))
    for (const panel of row.panels) builder.withPanel(buildPanel(panel))
  }
  return builder.build()
}

function labelVariable({ name, metric, label }: LabelVariable): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .query({ query: `label_values(${metric}, ${label})`, refId: `variable-${name}` })
    .datasource(datasource)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all' })
}

function buildPanel(panel: Panel): Builder<BuiltPanel> {
  const builder = builderOf(panel.kind)
    .title(panel.title)
    .description(panel.about)
    .datasource(datasource)
    .unit(panel.unit)
    .span(panel.width)
    .height(panel.kind === 'number' ? height / 2 : height)
  if (panel.kind !== 'table' && panel.kind !== 'states') builder.min(0)
  if (panel.max !== undefined) builder.max(panel.max)
  panel.queries.forEach(([expr, legend], at) => {
    builder.withTarget(targetOf(panel, expr, legend).refId(String.fromCharCode(65 + at)))
  })
  builder.dataLinks(
    (panel.links ?? []).map(({ title, path }) =>
      new DashboardLinkBuilder(title).url(`\${desk}${path}`).targetBlank(true),
    ),
  )
  return builder
}

type AnyBuilder = TimeseriesBuilder | StatBuilder | TableBuilder | StateTimelineBuilder

function builderOf(kind: Panel['kind']): AnyBuilder {
  const legend = new VizLegendOptionsBuilder()
    .showLegend(true)
    .placement(LegendPlacement.Bottom)
    .displayMode(LegendDisplayMode.List)
  switch (kind) {
    case 'lines':
      return new TimeseriesBuilder().legend(legend)
    case 'stack':
      return new TimeseriesBuilder()
        .legend(legend)
        .fillOpacity(30)
        .stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
    case 'number':
      return new StatBuilder()
    case 'table':
      return new TableBuilder()
    case 'states':
      return new StateTimelineBuilder()
  }
}

function targetOf({ kind, hasExemplars = false }: Panel, expr: string, legend: string): DataqueryBuilder {
  const target = new DataqueryBuilder().expr(expr).legendFormat(legend).datasource(datasource)
  if (kind === 'table') return target.instant().format(PromQueryFormat.Table)
  return kind === 'number' ? target.instant() : target.range().exemplar(hasExemplars)
}
