/** A word as a person can paste it into a shell. */
export const shellSafe = (text: string): string =>
  /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
