/**
 * JSON whose numbers stay the text that was sent: as a JavaScript number 9007199254740993 would become
 * another one, and 5.0 would lose its digit.
 */
type ReviverWithSource = (key: string, value: unknown, context: { readonly source?: string }) => unknown

const keepNumbers: ReviverWithSource = (_key, value, context) =>
  typeof value === "number" ? (context.source ?? String(value)) : value

/** Throws on invalid JSON, like JSON.parse. */
export const parseKeepingNumbers = (text: string): unknown =>
  JSON.parse(text, keepNumbers as (key: string, value: unknown) => unknown)
