/** Paths below the current folder, as a person would type them. */
import { isAbsolute, relative } from "node:path"

export const asTyped = (location: string): string => {
  if (!isAbsolute(location)) return location
  const typed = relative(process.cwd(), location)
  if (typed === "") return "."
  return typed.startsWith("..") ? location : typed
}
