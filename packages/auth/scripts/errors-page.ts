/**
 * Writes docs/errors.md from the error tables: every package that has a `src/error-catalogue.ts` exporting an
 * `errorCatalogue` gets its part. `--check` only says whether the page is up to date.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { CatalogueEntry, Sign } from "../src/error-catalogue.ts"

type Entry = Omit<CatalogueEntry, "from"> & { readonly from?: CatalogueEntry["from"] }

const root = join(import.meta.dirname, "..", "..", "..")
const page = join(root, "docs", "errors.md")

const parts: ReadonlyArray<{
  readonly folder: string
  readonly sections: Readonly<Record<string, string>>
}> = [
  { folder: "packages/connector", sections: { "": "The spec and the checkpoint file" } },
  {
    folder: "packages/auth",
    sections: { AUTH: "Logging in", NET: "The network", API: "Salesforce's API" }
  },
  { folder: "packages/source-salesforce", sections: { "": "Reading Salesforce" } },
  { folder: "packages/org", sections: { "": "Working with the org" } },
  { folder: "packages/destinations", sections: { "": "Destinations" } },
  { folder: "apps/runner", sections: { "": "Running" } }
]

const exitCodes: Readonly<Record<CatalogueEntry["disposition"], string>> = {
  spec: "2",
  credentials: "4",
  budget: "5",
  locked: "6",
  failed: "1 (3 when other streams are committed)"
}

const retries: Readonly<Record<CatalogueEntry["retry"], string>> = {
  soon: "Decant tries again by itself",
  later: "the next run may succeed",
  no: "trying again does not help"
}

const named = (text: string): string => text.replaceAll(/\{([a-z]+)\}/g, "‹$1›")

const signText = (sign: Sign): string =>
  [
    sign.status === undefined ? null : `HTTP ${sign.status}`,
    sign.error === undefined ? null : `\`${sign.error}\``,
    sign.text === undefined ? null : `“…${sign.text}…”`,
    sign.grant === undefined ? null : `(${sign.grant})`
  ]
    .filter((part) => part !== null)
    .join(" ")

const entryText = (entry: Entry): string => {
  const signs = (entry.from ?? []).map(signText).filter((text) => text !== "")
  return [
    `### ${entry.code}`,
    "",
    named(entry.message),
    "",
    ...(signs.length > 0 ? [`- **Salesforce says:** ${signs.join(" · ")}`] : []),
    `- **Meaning:** ${named(entry.meaning)}`,
    `- **What to do:** ${named(entry.fix)}`,
    `- **Exit code:** ${exitCodes[entry.disposition]}; ${retries[entry.retry]}.`,
    ""
  ].join("\n")
}

const sectionText = (title: string, entries: ReadonlyArray<Entry>): string =>
  entries.length === 0 ? "" : `## ${title}\n\n${entries.map(entryText).join("\n")}`

const tableOf = async (folder: string): Promise<ReadonlyArray<Entry>> => {
  const file = join(root, folder, "src", "error-catalogue.ts")
  if (!existsSync(file)) return []
  const module: { readonly errorCatalogue: ReadonlyArray<Entry> } = await import(pathToFileURL(file).href)
  return module.errorCatalogue
}

const render = async (): Promise<string> => {
  const sections: Array<string> = []
  for (const part of parts) {
    const table = await tableOf(part.folder)
    for (const [prefix, title] of Object.entries(part.sections)) {
      sections.push(
        sectionText(
          title,
          table.filter((entry) => prefix === "" || entry.code.startsWith(`${prefix}_`))
        )
      )
    }
  }
  return [
    "# Errors",
    "",
    "Every error that Decant prints has a code, one sentence, what to do, and a link to its entry here. Words in",
    "‹angle quotes› are filled in. This page is written by `npm run errors --workspace packages/auth`.",
    "",
    ...sections.filter((section) => section !== "")
  ].join("\n")
}

const wanted = await render()
if (process.argv.includes("--check")) {
  const present = existsSync(page) ? readFileSync(page, "utf8") : ""
  if (present !== wanted) {
    process.stderr.write(
      "docs/errors.md is not what the tables say; run `npm run errors --workspace packages/auth`\n"
    )
    process.exitCode = 1
  }
} else {
  writeFileSync(page, wanted)
}
