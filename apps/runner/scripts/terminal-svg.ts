/** What a command printed, colours and all, as a picture of a terminal. */

const cell = { width: 8.4, height: 19 }
const margin = 16

/** The few codes that Decant paints with: SGR numbers and what they look like on a dark ground. */
const styles: Readonly<Record<string, string>> = {
  "1": 'font-weight="bold" fill="#ffffff"',
  "2": 'fill="#8b949e"',
  "31": 'fill="#ff7b72"',
  "32": 'fill="#56d364"',
  "33": 'fill="#e3b341"',
  "36": 'fill="#79c0ff"'
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const code = /\u001b\[(\d+)m/

const spans = (line: string): string => {
  const [first = "", ...rest] = line.split(code)
  const parts = [escaped(first)]
  for (let at = 0; at < rest.length; at += 2) {
    const [style = "", text = ""] = [styles[rest[at] ?? ""], rest[at + 1]]
    if (text !== "") parts.push(style === "" ? escaped(text) : `<tspan ${style}>${escaped(text)}</tspan>`)
  }
  return parts.join("")
}

export const terminalSvg = (text: string): string => {
  const lines = text.trimEnd().split("\n")
  const plain = lines.map((line) => line.replaceAll(new RegExp(code, "g"), ""))
  const columns = Math.max(...plain.map((line) => line.length))
  const width = Math.ceil(columns * cell.width + 2 * margin)
  const height = lines.length * cell.height + 2 * margin
  const rows = lines.map(
    (line, at) =>
      `<text xml:space="preserve" x="${margin}" y="${margin + (at + 0.75) * cell.height}">${spans(line)}</text>`
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#c9d1d9">
${rows.join("\n")}
</g>
</svg>
`
}

/** The text of such a picture. */
export const svgText = (svg: string): string =>
  [...svg.matchAll(/<text [^>]*>(.*)<\/text>/g)]
    .map(([, line = ""]) => line.replaceAll(/<[^>]+>/g, ""))
    .join("\n")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
