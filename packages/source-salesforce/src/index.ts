export { salesforce } from "./salesforce-source.ts"
export { SourceError } from "./source-error.ts"
