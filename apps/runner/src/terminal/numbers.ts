/** Numbers as people read them. */

/** Grouped as in English. `Intl.NumberFormat` would do it too, and cost each start 8 ms. */
export const count = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(?:\d{3})+$)/g, ",")

export const counted = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? "" : "s"}`

const units = ["B", "kB", "MB", "GB", "TB"]

export const byteSize = (bytes: number): string => {
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** `0:07`, `12:30`, `1:02:03` */
export const clock = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds))
  const two = (part: number): string => String(part).padStart(2, "0")
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}
