/** Flags and arguments of the commands that work with the org itself. */
import { Argument, Flag } from "effect/cli"

export const asFlag = Flag.String("as").pipe(
  Flag.withMetavar("USER"),
  Flag.withDescription("Act as this Salesforce user (with jwt-bearer)"),
  Flag.optional
)

export const yesFlag = Flag.Boolean("yes").pipe(
  Flag.withAlias("y"),
  Flag.withDescription("Do not ask"),
  Flag.withDefault(false)
)

export const objectArgument = Argument.String("object").pipe(
  Argument.withDescription("The API name, e.g. Account or Invoice__c")
)
