/** What a project grants, and how that differs from what was granted before. */
import type { AccessPlan, ProjectFile } from "@decant/source-salesforce"

export interface Grants {
  readonly objects: ReadonlyArray<string>
  readonly fields: ReadonlyArray<string>
}

export interface Differences {
  readonly added: ReadonlyArray<string>
  readonly removed: ReadonlyArray<string>
}

export const grantsOf = (access: AccessPlan): Grants => ({
  objects: access.objects.map(({ name }) => name),
  fields: access.fields
})

/** Of a permission set file, ours or one that was changed by hand. */
export const grantsIn = (permissionSet: string): Grants => {
  const all = (element: string): ReadonlyArray<string> =>
    [...permissionSet.matchAll(new RegExp(`<${element}>\\s*([\\w.]+)\\s*</${element}>`, "g"))].map(
      ([, name = ""]) => name
    )
  return { objects: all("object"), fields: all("field") }
}

const lines = ({ objects, fields }: Grants): ReadonlyArray<string> => [
  ...objects.map((name) => `object ${name}`),
  ...fields.map((name) => `field ${name}`)
]

export const differences = (before: Grants, now: Grants): Differences => {
  const [old, fresh] = [new Set(lines(before)), new Set(lines(now))]
  return {
    added: [...fresh].filter((line) => !old.has(line)),
    removed: [...old].filter((line) => !fresh.has(line))
  }
}

export const permissionSetOf = (files: ReadonlyArray<ProjectFile>): ProjectFile | undefined =>
  files.find(({ path }) => path.endsWith(".permissionset-meta.xml"))
