/**
 * Ids as people copy them: 15 characters tell upper from lower case, the 18 of the API say the same with three
 * more that name the upper-case letters of each five.
 *
 * https://help.salesforce.com/s/articleView?id=000385585&type=1
 */
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

const suffixOf = (five: string): string =>
  letters[[...five].reduce((sum, character, at) => sum + (/[A-Z]/.test(character) ? 2 ** at : 0), 0)] ?? ""

/** Other keys than Ids are left as they are. */
export const fullId = (id: string): string =>
  /^[A-Za-z0-9]{15}$/.test(id) ? id + [0, 5, 10].map((at) => suffixOf(id.slice(at, at + 5))).join("") : id
