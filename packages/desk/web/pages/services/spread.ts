/** A thing of a size that would like to be at a place. */
export type Wish = { wanted: number; size: number }

type Block = { first: number; sum: number; count: number; size: number }

/**
 * Places in the order given so that nothing overlaps and the squares of the distances to the wishes are least: what
 * would overlap becomes a block, which stands at the mean of its wishes.
 */
export function spread(wishes: readonly Wish[]): number[] {
  const blocks: Block[] = []
  wishes.forEach(({ wanted, size }, first) => {
    let block: Block = { first, sum: wanted, count: 1, size }
    for (let last = blocks.at(-1); last && placeOf(last) + last.size > placeOf(block); last = blocks.at(-1)) {
      blocks.pop()
      block = {
        first: last.first,
        sum: last.sum + block.sum - block.count * last.size,
        count: last.count + block.count,
        size: last.size + block.size,
      }
    }
    blocks.push(block)
  })
  return blocks.flatMap((block) => {
    let at = placeOf(block)
    return wishes.slice(block.first, block.first + block.count).map(({ size }) => {
      const place = at
      at += size
      return place
    })
  })
}

function placeOf({ sum, count }: Block): number {
  return sum / count
}
