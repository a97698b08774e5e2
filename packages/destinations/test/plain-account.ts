/** The stream of the tests without its list: every column of it is copied or made of copied ones. */
import type { StreamSchema } from "@decant/connector"
import { accountSchema, header, withSchema } from "./account.ts"

const isList = (name: string): boolean => name === "Interests__c"

export const plainHeader = header.filter((name) => !isList(name))

export const plainSchema = (changes: Partial<StreamSchema> = {}): StreamSchema =>
  withSchema({ columns: accountSchema.columns.filter(({ name }) => !isList(name)), ...changes })
