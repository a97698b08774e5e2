export { answerInBrowser, confirmDevice } from "../../../../packages/salesforce-emulator/testing/person.ts"
