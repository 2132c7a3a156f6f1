import { guard } from '@clew/core'
import { joinPaths } from './path.ts'

/** One of the paths that a layer was registered with. */
export type Alternative = {
  readonly text: string
  /** Whether the library's own matcher takes a path. */
  readonly matches: (path: string) => boolean
}

/** What a layer of a router adds to the template of a route, made when the layer is registered. */
export class Pattern {
  readonly router: object
  /** Whether the layer ends in a route; else what is below it goes on matching. */
  readonly isRoute: boolean
  readonly #text: string
  readonly #alternatives: readonly Alternative[] | undefined
  // Mostly a layer is reached by one way, so that its template is a constant.
  #prefix: string | undefined
  #template = ''

  /** `alternatives` where the layer has several paths, in the order in which they are tried. */
  constructor(router: object, isRoute: boolean, text: string, alternatives?: readonly Alternative[]) {
    this.router = router
    this.isRoute = isRoute
    this.#text = text
    this.#alternatives = alternatives
  }

  get isChoice(): boolean {
    return this.#alternatives !== undefined
  }

  /** Its template below a prefix. Of several paths the one that takes `path`, all of them when none does. */
  below(prefix: string, path: string | undefined): string {
    if (this.#alternatives !== undefined && path !== undefined) {
      return joinPaths(prefix, this.#matched(this.#alternatives, path))
    }
    if (prefix !== this.#prefix) {
      this.#template = joinPaths(prefix, this.#text)
      this.#prefix = prefix
    }
    return this.#template
  }

  #matched(alternatives: readonly Alternative[], path: string): string {
    const isMatch = ({ matches }: Alternative): boolean =>
      guard('matching a path of express', () => matches(path), false)
    return alternatives.find(isMatch)?.text ?? this.#text
  }
}
