/** `1,234,567`. The format is made when a number is shown: no start waits for it. */
export const grouped = (value: number): string => value.toLocaleString("en-US")
