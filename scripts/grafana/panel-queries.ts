/** What Grafana puts in the place of its variables, and what that may be. https://grafana.com/docs/grafana/latest/dashboards/variables/ */
const variables: ReadonlyMap<string, string> = new Map([
  ['$__rate_interval', '1m'],
  ['$__range', '1h'],
  ['$service', '.*'],
  ['$rule', '.*'],
  ['$job', '.*'],
])

/** The query of a panel as Grafana sends it. */
export function plainQuery(query: string): string {
  return query.replaceAll(/\$\w+/g, (name) => variables.get(name) ?? name)
}
