/** The name that was probably meant: what an error about an unknown object, field or column suggests. */
import { distance } from "fastest-levenshtein"

/** ` Did you mean X?` or nothing when no known name is near. */
export const didYouMean = (name: string, known: Iterable<string>): string => {
  let best: { readonly name: string; readonly far: number } | null = null
  for (const candidate of known) {
    const far = distance(name.toLowerCase(), candidate.toLowerCase())
    if (best === null || far < best.far) best = { name: candidate, far }
  }
  return best !== null && best.far <= Math.max(2, best.name.length / 3) ? ` Did you mean ${best.name}?` : ""
}
