export { salesforce } from "./salesforce-source.ts"
