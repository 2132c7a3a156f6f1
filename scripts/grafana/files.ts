import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { alertsDashboard } from './alerts-dashboard.ts'
import { clewDashboard } from './clew-dashboard.ts'
import { buildDashboard, type Dashboard } from './panels.ts'
import { servicesDashboard } from './services-dashboard.ts'

const shipped = join(import.meta.dirname, '../../packages/exporters/prometheus-exporter')

/** Where dashboards and data sources lie that are shipped. */
export const grafanaFolder: string = join(shipped, 'grafana')
/** The rules of Prometheus that are shipped. */
export const rulesPath: string = join(shipped, 'prometheus/clew.rules.yaml')

/** By the name of their file. */
export const dashboards: ReadonlyMap<string, Dashboard> = new Map([
  ['services.json', servicesDashboard],
  ['alerts.json', alertsDashboard],
  ['clew.json', clewDashboard],
])

/** The files of the dashboards as they are to be, by name. */
export function dashboardFiles(): Map<string, string> {
  return new Map(
    [...dashboards].map(([name, dashboard]) => [
      name,
      `${JSON.stringify(buildDashboard(dashboard), null, 2)}\n`,
    ]),
  )
}

/** A rule of Prometheus: it records, or alerts. */
export type PrometheusRule = {
  record?: string
  alert?: string
  expr: string
  annotations?: Record<string, string>
}

/** Those of the file that is shipped, in its order. */
export function readRules(): PrometheusRule[] {
  const { groups } = parse(readFileSync(rulesPath, 'utf8')) as { groups: { rules: PrometheusRule[] }[] }
  return groups.flatMap(({ rules }) => rules)
}
