/** The destination as the form holds it, and as the contract wants it: what is empty stays out of the file. */
import type { DestinationChoice } from "@decant/api"

export interface DestinationForm {
  readonly type: DestinationChoice["type"]
  readonly path: string
  readonly url: string
  readonly queryUrl: string
  readonly schema: string
  readonly soft: "mark" | "remove"
  readonly hard: "mark" | "remove"
  readonly naming: "preserve" | "snake_case"
}

/** Postgres folds names that are not quoted, so there the default is lower case. */
const usualNaming = (type: DestinationChoice["type"]): DestinationForm["naming"] =>
  type === "postgres" ? "snake_case" : "preserve"

export const formOf = (choice: DestinationChoice): DestinationForm => ({
  type: choice.type,
  path: choice.type === "postgres" ? "" : choice.path,
  url: "",
  queryUrl: "",
  schema: choice.schema ?? "",
  soft: choice.deletes?.soft ?? "mark",
  hard: choice.deletes?.hard ?? "mark",
  naming: choice.naming ?? usualNaming(choice.type)
})

export const withType = (
  form: DestinationForm,
  type: DestinationChoice["type"],
  name: string
): DestinationForm => ({
  ...form,
  type,
  naming: usualNaming(type),
  path: type === "duckdb" ? `./${name}.duckdb` : type === "parquet" ? `./${name}` : ""
})

const given = <Key extends string>(key: Key, value: string): Partial<Record<Key, string>> =>
  value.trim() === "" ? {} : ({ [key]: value.trim() } as Record<Key, string>)

export const choiceOf = (form: DestinationForm, before: DestinationChoice): DestinationChoice => {
  const { type, path, soft, hard, naming } = form
  const isUsual = soft === "mark" && hard === "mark" && before.deletes === undefined
  const every = {
    ...given("schema", form.schema),
    ...(isUsual ? {} : { deletes: { soft, hard } }),
    ...(naming === usualNaming(type) && before.naming === undefined ? {} : { naming }),
    ...(before.numbers === undefined ? {} : { numbers: before.numbers })
  }
  return type === "postgres"
    ? { type, ...given("url", form.url), ...given("queryUrl", form.queryUrl), ...every }
    : { type, path: path.trim(), ...every }
}
