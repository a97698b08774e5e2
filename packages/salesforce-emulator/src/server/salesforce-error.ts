/**
 * A refusal in Salesforce's words. Clients see a JSON array of one error,
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
 */
import { Schema } from "effect"
import { HttpServerResponse } from "effect/http"

export class SalesforceError extends Schema.TaggedError<SalesforceError>()("SalesforceError", {
  status: Schema.Int,
  errorCode: Schema.String,
  message: Schema.String,
  /** The fields at fault; only errors of record writes name them. */
  fields: Schema.optionalKey(Schema.Array(Schema.String))
}) {}

export const badRequest = (errorCode: string, message: string, fields?: ReadonlyArray<string>) =>
  new SalesforceError({ status: 400, errorCode, message, ...(fields === undefined ? {} : { fields }) })

export const notFound = (message = "The requested resource does not exist") =>
  new SalesforceError({ status: 404, errorCode: "NOT_FOUND", message })

export const unknownException = (errorId: string) =>
  new SalesforceError({
    status: 500,
    errorCode: "UNKNOWN_EXCEPTION",
    message: `An unexpected error occurred. Please include this ErrorId if you contact support: ${errorId}`
  })

/** The array Salesforce puts into the body. */
const errorBody = ({ message, errorCode, fields }: SalesforceError) => [
  { message, errorCode, ...(fields === undefined ? {} : { fields }) }
]

export const errorResponse = (error: SalesforceError) =>
  HttpServerResponse.jsonUnsafe(errorBody(error), {
    status: error.status,
    contentType: "application/json;charset=UTF-8"
  })
