/**
 * Secrets that stand in a spec in clear never leave the server: its text shows `"********"` in their place, and what
 * comes back with that has them again.
 */
import { secretKeys } from "@decant/connector"
import { type Leaf, leavesOf, parseSpec } from "./spec-document.ts"

const hidden = '"********"'
const hiddenText = "********"

const onlyVariable = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/

const isSecret = ({ path }: Leaf): boolean => {
  const key = path.findLast((part) => typeof part === "string")
  return key !== undefined && secretKeys.has(key)
}

const isShown = ({ text }: Leaf): boolean => onlyVariable.test(text) || text === "" || text === "null"

const splice = (text: string, parts: ReadonlyArray<{ readonly leaf: Leaf; readonly by: string }>): string =>
  [...parts]
    .sort((a, b) => b.leaf.range[0] - a.leaf.range[0])
    .reduce(
      (changed, { leaf, by }) => changed.slice(0, leaf.range[0]) + by + changed.slice(leaf.range[1]),
      text
    )

/** A block text ends with its line break, which stays. */
const inPlace = (text: string, { range }: Leaf): string =>
  text.slice(range[0], range[1]).endsWith("\n") ? `${hidden}\n` : hidden

const lineOfSecret = new RegExp(
  `^(\\s*(?:- )?(?:${[...secretKeys].join("|")})\\s*:)(?!\\s*(?:\\{|\\$\\{\\w+\\}\\s*$)).+$`,
  "gm"
)
const pem = /-----BEGIN[\s\S]*?(-----END[^\n]*|$)/g

/** Of a text that is no YAML, where nothing has a place: by the look of its lines. */
const hideByLook = (text: string): string =>
  text.replace(pem, hiddenText).replace(lineOfSecret, (_, key: string) => `${key} ${hidden}`)

export const hideSecrets = (text: string): string => {
  const document = parseSpec(text)
  if (document.errors.length > 0) return hideByLook(text)
  const secrets = leavesOf(document).filter((leaf) => isSecret(leaf) && !isShown(leaf))
  return splice(
    text,
    secrets.map((leaf) => ({ leaf, by: inPlace(text, leaf) }))
  )
}

const samePath = (a: Leaf, b: Leaf): boolean => JSON.stringify(a.path) === JSON.stringify(b.path)

/** `sent` with the secrets of `stored` where it has their stand-ins. One that stands elsewhere now stays hidden. */
export const showSecrets = (sent: string, stored: string): string => {
  const document = parseSpec(sent)
  if (document.errors.length > 0) return sent
  const known = leavesOf(parseSpec(stored)).filter((leaf) => isSecret(leaf) && !isShown(leaf))
  return splice(
    sent,
    leavesOf(document)
      .filter((leaf) => leaf.text === hiddenText)
      .flatMap((leaf) => {
        const secret = known.find((one) => samePath(one, leaf))
        return secret === undefined ? [] : [{ leaf, by: stored.slice(...secret.range).trimEnd() }]
      })
  )
}

/** A secret of which only the stand-in is there: saved, it would be lost. */
export const lacksSecrets = (text: string): boolean =>
  leavesOf(parseSpec(text)).some((leaf) => isSecret(leaf) && leaf.text === hiddenText)
