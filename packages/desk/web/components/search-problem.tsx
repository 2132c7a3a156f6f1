import type { SearchProblem } from '@clew/search'

/** What is wrong with a search, and where in it. `place` is absent when only the desk knows. */
export function SearchProblemText({ id, text, place, message }: SearchProblemProps) {
  return (
    <p id={id} class="search-problem" role="alert">
      {place && (
        <code>
          {text.slice(0, place.at)}
          <mark class="wrong">{text.slice(place.at, place.at + place.length)}</mark>
          {text.slice(place.at + place.length)}
        </code>
      )}
      {message}
    </p>
  )
}

type SearchProblemProps = {
  id: string
  text: string
  place: Pick<SearchProblem, 'at' | 'length'> | undefined
  message: string
}
