const many = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`

/** A chain as one file, and the page in that file. */
export const share = {
  action: 'Share as one file…',
  title: 'Share as one file',
  about:
    'One HTML file that holds this chain and the page to read it. It opens without a desk and asks nobody for anything.',
  redact: 'Cut out secrets: denied keys, tokens, cards, addresses and numbers of persons',
  making: 'Making the file…',
  size: (size: string, spans: number, lines: number) =>
    `${size}: ${many(spans, 'span')}, ${many(lines, 'line')}.`,
  save: 'Save the file',
  isFile: 'A call chain, shared as one file.',
  redacted: (count: number) => `${many(count, 'secret')} cut out.`,
  notRedacted: 'Nothing was cut out of its texts.',
  left: (records: number, details: number) =>
    `${[
      records > 0 && `${records} spans or lines had no room`,
      details > 0 && `${many(details, 'row')} came without details`,
    ]
      .filter(Boolean)
      .join('; ')}.`,
  noDetails: 'The file had no room for the details of this row.',
  search: 'Search in this chain',
}

/** Two chains side by side. */
export const compare = {
  action: 'Compare with…',
  title: 'Compare chains',
  choose: 'Compare this chain with',
  paste: 'Trace id, traceparent or address of a chain',
  go: 'Compare',
  notId: 'This is no trace id: 32 hex digits',
  itself: 'This is the chain itself',
  recent: 'Recent chains of the same name',
  noneRecent: 'No other chain of this name is here.',
  loading: 'Loading…',
  notFound: (which: string) => `Chain ${which} is not here`,
  swap: 'Swap A and B',
  table: 'Rows of both chains, one beside the other',
  columns: { what: 'Spans and lines', a: 'A', b: 'B', change: 'B against A', time: 'Time' },
  verdicts: {
    same: 'same',
    slower: 'slower',
    faster: 'faster',
    missing: 'missing in B',
    new: 'new in B',
  },
  total: (change: string) => `${change} in all`,
  counts: {
    slower: (count: number) => `${count} slower`,
    faster: (count: number) => `${count} faster`,
    missing: (count: number) => `${count} missing`,
    new: (count: number) => `${count} new`,
    same: (count: number) => `${count} same`,
  },
  inFirst: (name: string) => `A: ${name}`,
  failsNow: 'fails in B',
  failedBefore: 'failed in A',
  times: (a: string, b: string) => `${a}× → ${b}×`,
  nothing: 'Nothing differs.',
  onlyChanges: 'Differences only',
  threshold: (percent: number, time: string) =>
    `Slower or faster: by ${percent} % or more of A, and by ${time} or more.`,
  byName: 'Rows are matched by service and name below the same parent; several of one name by their order.',
  left: (count: number) => `${many(count, 'row')} of the two chains had no room here.`,
  keys: { next: 'Next difference', previous: 'Previous difference', changes: 'Differences only, on or off' },
}
