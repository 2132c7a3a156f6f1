/** A group of lines that differ only in their variable parts. */
export type Template = {
  /** From 1, in order of appearance; stable for the life of a miner and across `restore`. */
  readonly id: number
  /** The line with `<*>` for variable parts. It can become more general as lines come. */
  readonly text: string
  /** Lines that it took. */
  readonly count: number
}

export type MinerOptions = {
  /** Templates that are kept; beyond it the one used longest ago is forgotten. Default 10,000. */
  maxTemplates?: number
  /** What `export` gave, to go on with the same ids. */
  restore?: readonly Template[]
  /** The id of the next new template; default one more than the highest of `restore`. */
  nextId?: number
}

export type Miner = {
  /**
   * The id of the line's template, a new one if none fits. `changed` is then true when the template is new or its text
   * has become more general. Never throws.
   */
  add(line: string): { id: number; changed: boolean }
  get(id: number): Template | undefined
  /** All templates, the one used longest ago first. */
  export(): Template[]
}

export declare function createMiner(options?: MinerOptions): Miner
