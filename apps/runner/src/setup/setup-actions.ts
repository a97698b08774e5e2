/** `decant setup-org`: asks the org where it can, writes the project or shows what would change. */
import { join, relative } from "node:path"
import { certificatePem, loopbackCallback } from "@decant/auth"
import type { Spec } from "@decant/connector"
import {
  type AccessPlan,
  documentedAccess,
  openSetupOrg,
  type ProjectFile,
  type SetupOrg,
  setupProject
} from "@decant/source-salesforce"
import { Effect, Result } from "effect"
import { readText, writeDurably } from "../files.ts"
import type { SpecFile } from "../spec-file.ts"
import type { Screen } from "../terminal/screen.ts"
import { type Differences, differences, grantsIn, grantsOf, permissionSetOf } from "./differences.ts"

export interface SetUpOrg {
  readonly specFile: SpecFile
  /** Variables of the spec that are not set: then nobody can log in yet. */
  readonly unset: ReadonlyArray<string>
  readonly output: string
  readonly contact: string | null
  readonly runAs: string | null
  readonly screen: Screen
}

const placeholderContact = "change-me@example.com"

const contactOf = (given: string | null, spec: Spec): string => {
  const { auth } = spec.source
  const user =
    auth.method === "jwt-bearer" && auth.username.includes("@") ? auth.username : placeholderContact
  return given ?? user
}

/** Null, with a word about it, where nobody can log in yet. */
const askOrg = Effect.fnUntraced(function* ({ specFile, unset, screen }: SetUpOrg) {
  const { spec, folder } = specFile
  const offline = "Objects and fields are taken from the spec and Salesforce's documentation."
  if (unset.length > 0) {
    yield* screen.note(`The org was not asked, since ${unset.join(", ")} is not set. ${offline}`)
    return null
  }
  const opened = yield* Effect.result(openSetupOrg({ spec, folder }))
  if (Result.isSuccess(opened)) return opened.success
  yield* screen.note(`The org was not asked: ${opened.failure.message} ${offline}`)
  return null
})

const certificateFor = Effect.fnUntraced(function* ({ specFile, screen }: SetUpOrg) {
  const { auth } = specFile.spec.source
  if (auth.method !== "jwt-bearer") return undefined
  const place = { source: specFile.spec.source, folder: specFile.folder }
  const found = yield* certificatePem(auth, place).pipe(Effect.orElseSucceed(() => null))
  if (found === null) {
    yield* screen.note(
      "Warning: there is no certificate beside the private key, so the app is written without one. `decant connect --generate-key` makes both."
    )
  }
  return found ?? undefined
})

interface Project {
  readonly files: ReadonlyArray<ProjectFile>
  readonly access: AccessPlan
  readonly org: SetupOrg | null
}

const makeProject = Effect.fnUntraced(function* (request: SetUpOrg) {
  const { specFile, contact, runAs } = request
  const org = yield* askOrg(request)
  const access = org?.access ?? documentedAccess(specFile)
  const files = setupProject(
    {
      spec: specFile.spec,
      callback: loopbackCallback,
      contact: contactOf(contact, specFile.spec),
      runAs: runAs ?? undefined,
      certificate: yield* certificateFor(request)
    },
    access
  )
  return { files, access, org } satisfies Project
})

/** The differences to the last output; null before the first. */
const sinceLastOutput = Effect.fnUntraced(function* ({ output }: SetUpOrg, { files, access }: Project) {
  const file = permissionSetOf(files)
  const before = file === undefined ? null : yield* readText(join(output, file.path))
  return before === null ? null : differences(grantsIn(before), grantsOf(access))
})

const shown = (found: Differences): ReadonlyArray<string> => [
  ...found.added.map((line) => `  + ${line}`),
  ...found.removed.map((line) => `  - ${line}`)
]

const section = (title: string, found: Differences | null, otherwise: string): ReadonlyArray<string> => {
  if (found === null) return [`${title}: ${otherwise}`]
  const lines = shown(found)
  return lines.length === 0 ? [`${title}: no difference`] : [`${title}:`, ...lines]
}

export const showDifferences = Effect.fnUntraced(function* (request: SetUpOrg) {
  const { screen, output } = request
  const project = yield* makeProject(request)
  const last = yield* sinceLastOutput(request, project)
  const granted = project.org === null ? null : yield* project.org.granted
  const inOrg = granted === null ? null : differences(granted, grantsOf(project.access))
  if (screen.json) return yield* screen.answer(JSON.stringify({ output, sinceLastOutput: last, inOrg }))
  yield* screen.answer(
    [
      ...section(`Against ${output}`, last, "nothing was written there yet"),
      ...section("Against the org", inOrg, "it was not asked")
    ].join("\n")
  )
}, Effect.scoped)

export const writeProject = Effect.fnUntraced(function* (request: SetUpOrg) {
  const { screen, output, specFile } = request
  const project = yield* makeProject(request)
  const last = yield* sinceLastOutput(request, project)
  for (const { path, text } of project.files) yield* writeDurably(join(output, path), text)
  const { access } = project
  for (const note of access.notes) yield* screen.note(`Warning: ${note}`)
  if (contactOf(request.contact, specFile.spec) === placeholderContact) {
    yield* screen.note(`Warning: the app's contact is ${placeholderContact}; give yours with --contact.`)
  }
  if (screen.json) {
    return yield* screen.answer(
      JSON.stringify({
        output,
        files: project.files.map(({ path }) => path),
        ...grantsOf(access),
        sinceLastOutput: last,
        notes: access.notes
      })
    )
  }
  const folder = `./${relative(process.cwd(), output)}`
  yield* screen.answer(
    [
      `${project.files.length} files in ${folder}: read access to ${access.objects.length} objects and ${access.fields.length} fields.`,
      ...(last === null ? [] : section("Since the last output", last, "")),
      "",
      `${folder}/README.md says how to review and deploy them, and what to click afterwards.`
    ].join("\n")
  )
}, Effect.scoped)
