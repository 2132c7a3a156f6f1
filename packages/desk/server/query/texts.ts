/** Gives each text a number, so that an answer carries it once. */
export type Texts = { readonly list: string[]; numberOf(text: string): number }

export function createTexts(): Texts {
  const list: string[] = []
  const numbers = new Map<string, number>()
  return {
    list,
    numberOf(text) {
      const known = numbers.get(text)
      if (known !== undefined) return known
      numbers.set(text, list.length)
      return list.push(text) - 1
    },
  }
}
