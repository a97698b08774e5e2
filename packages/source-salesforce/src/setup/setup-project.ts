/** The SFDX project that a Salesforce admin reviews and deploys, so that the spec's user can read what it reads. */
import type { Spec } from "@decant/connector"
import type { AccessPlan } from "./access-plan.ts"
import { clientAppFiles } from "./client-app.ts"
import { permissionSetFile } from "./permission-set.ts"
import { readmeText } from "./readme.ts"

export interface ProjectFile {
  /** From the project's folder. */
  readonly path: string
  readonly text: string
}

export interface SetupRequest {
  readonly spec: Spec
  readonly callback: string
  /** Whom Salesforce asks about the app. */
  readonly contact: string
  /** The user of the client credentials flow. */
  readonly runAs: string | undefined
  /** PEM, for a signed login. */
  readonly certificate: string | undefined
}

const source = "force-app/main/default"

/** Older metadata has no external client apps. */
const oldestVersion = 62

/** An API name: letters, digits and single underscores. */
export const appName = (spec: Spec): string =>
  `Decant_${spec.name}`
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .replace(/_$/, "")
    .slice(0, 40)

export const setupProject = (request: SetupRequest, access: AccessPlan): ReadonlyArray<ProjectFile> => {
  const app = appName(request.spec)
  const version = Math.max(oldestVersion, Number(request.spec.source.apiVersion))
  const project = {
    packageDirectories: [{ path: "force-app", default: true }],
    namespace: "",
    sourceApiVersion: version.toFixed(1)
  }
  const metadata = [
    ...clientAppFiles({ ...request, app }),
    permissionSetFile({ app, label: `Decant ${request.spec.name}`, access })
  ]
  return [
    { path: "README.md", text: readmeText({ ...request, app, access }) },
    { path: "sfdx-project.json", text: `${JSON.stringify(project, null, 2)}\n` },
    ...metadata.map(({ path, text }) => ({ path: `${source}/${path}`, text }))
  ]
}
