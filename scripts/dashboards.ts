import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dashboardFiles, grafanaFolder } from './grafana/files.ts'

/** Writes the dashboards that @clew/prometheus-exporter ships: node scripts/dashboards.ts */
for (const [name, text] of dashboardFiles()) writeFileSync(join(grafanaFolder, name), text)
