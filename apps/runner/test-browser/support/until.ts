/** Waits for a condition that no locator can name. */
const pauseMs = 50

export const until = async (
  what: string,
  holds: () => Promise<boolean>,
  withinMs = 30_000
): Promise<void> => {
  const end = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}
