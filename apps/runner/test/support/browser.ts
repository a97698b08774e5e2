/** The person at the pages of the emulator. */
export { answerInBrowser, confirmDevice } from "../../../../packages/salesforce-emulator/testing/person.ts"
