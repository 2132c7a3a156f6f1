export const patterns = {
  title: 'Patterns',
  since: 'New since',
  only: 'Only new',
  order: 'Order',
  orders: { count: 'most frequent', new: 'newest pattern', severity: 'worst level', last: 'last seen' },
  counts: (count: number) => (count === 1 ? '1 pattern' : `${count} patterns`),
  isNew: 'new',
  varies: 'a part that varies',
  trend: (most: string, step: string, before: string) =>
    `At most ${most} in ${step}, ${before} before the end`,
  columns: {
    count: 'Count',
    trend: 'Trend',
    severity: 'Level',
    text: 'Pattern',
    services: 'Services',
    first: 'First seen',
    last: 'Last seen',
  },
  pane: {
    title: 'Pattern',
    copy: 'Copy the pattern',
    showLines: 'Show its lines',
    examples: 'Newest lines',
  },
  empty: {
    title: 'No pattern here',
    alsoOld: 'Show also those that are not new',
    noSearch: 'Without the search',
    allTime: 'Look in all time',
  },
  keys: {
    order: 'Another order',
    onlyNew: 'Only new patterns, or all',
    lines: 'Show the lines of the pattern',
  },
}
