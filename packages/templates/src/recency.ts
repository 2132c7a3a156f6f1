/** Neighbours in the order of last use. */
export type Links<Item> = { older: Item | undefined; newer: Item | undefined }

/** Items in the order of their last use. Each change takes the same short time. */
export type Recency<Item> = {
  oldest(): Item | undefined
  /** The oldest first. */
  all(): Item[]
  append(item: Item): void
  /** Makes an item of the list its newest. */
  touch(item: Item): void
  remove(item: Item): void
}

export function createRecency<Item extends Links<Item>>(): Recency<Item> {
  let oldest: Item | undefined
  let newest: Item | undefined
  const append = (item: Item): void => {
    item.older = newest
    item.newer = undefined
    if (newest === undefined) oldest = item
    else newest.newer = item
    newest = item
  }
  const remove = (item: Item): void => {
    if (item.older === undefined) oldest = item.newer
    else item.older.newer = item.newer
    if (item.newer === undefined) newest = item.older
    else item.newer.older = item.older
  }
  return {
    oldest: () => oldest,
    all() {
      const items: Item[] = []
      for (let item = oldest; item !== undefined; item = item.newer) items.push(item)
      return items
    },
    append,
    touch(item) {
      if (item === newest) return
      remove(item)
      append(item)
    },
    remove,
  }
}
