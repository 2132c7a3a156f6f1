/** What can be wrong with a search, each with its remedy, in English. Other languages have the same. */
export const englishMistakes = {
  tooLong: (most: number) => `a search has at most ${most} characters; shorten it`,
  tooMany: (most: number) => `a search has at most ${most} terms; leave some out`,
  tooDeep: (most: number) => `this is more than ${most} levels deep; use fewer parentheses`,
  closesNothing: () => 'this parenthesis closes nothing; remove it or add ( before',
  notClosed: () => 'this parenthesis does not close; add ) at the end',
  opensNothing: () => 'this parenthesis does not close; write words and ) behind it',
  emptyBefore: () => 'there is nothing before this parenthesis; write a word or remove it',
  emptyQuotes: () => 'there is nothing between the quotes; write words or remove them',
  quoteNotClosed: () => 'this quote does not end; add a " behind the last word',
  nothingBefore: (operator: string) =>
    `${operator} needs something before it; to search for the word write "${operator}"`,
  nothingAfter: (operator: string) =>
    `there is nothing after ${operator}; write a word, or "${operator}" to search for the word`,
  noValue: (key: string, example: string) => `${key} has no value; write ${example}`,
  noValueOrText: (key: string, example: string) =>
    `${key} has no value; write one, or put it in quotes: ${example}`,
  noTraceId: (text: string) => `"${text}" is no trace id; write its 32 hex digits`,
  noSpanId: (text: string) => `"${text}" is no span id; write its 16 hex digits`,
  noPattern: (text: string) => `"${text}" is no pattern; write its number, as in pattern:12`,
  noNumber: (text: string, example: string) =>
    `"${text}" is no number; write ${example}, or put it all in quotes to search for the text`,
  noComparison: (key: string, sign: string, example: string) =>
    `${key} cannot be compared with ${sign}; write ${example}`,
  unknownLevel: (text: string, near: string | undefined, all: string) =>
    `level "${text}" is unknown; ${near ? `did you mean "${near}"? Levels` : 'levels'} are ${all}`,
  unknownHas: (text: string, near: string | undefined, all: string) =>
    `${text} is unknown; ${near ? `did you mean ${near}? There` : 'there'} are ${all}`,
  durationNeedsSign: (text: string) => `dur: needs a comparison; write dur>${text} or dur<${text}`,
  noDuration: (text: string) => `"${text}" is no duration; write 200ms or 1.5s`,
  noUnit: (text: string) => `"${text}" has no unit; write ${text}ms or ${text}s`,
  unknownUnit: (unit: string, amount: string) =>
    `unit "${unit}" is unknown; write ns, us, ms, s, m, h or d, as in ${amount}ms`,
  durationTooLong: (text: string) => `"${text}" is too long; write a shorter duration`,
}

/** The texts of all that can be wrong with a search, in one language; what is put into a text is its parameter. */
export type SearchMistakes = typeof englishMistakes

/** Something that is wrong with a search, in the language of these texts. */
export type Mistake = (texts: SearchMistakes) => string

const mostRepeated = 200

/** The same texts, each with no more than the beginning of what it repeats of the search. */
export function repeatingLittle(texts: SearchMistakes): SearchMistakes {
  const shorten = (part: unknown): unknown =>
    typeof part === 'string' && part.length > mostRepeated ? `${part.slice(0, mostRepeated)}…` : part
  const short = Object.entries<(...parts: never[]) => string>(texts).map(([name, say]) => [
    name,
    (...parts: never[]) => say(...(parts.map(shorten) as never[])),
  ])
  return Object.fromEntries(short) as SearchMistakes
}
