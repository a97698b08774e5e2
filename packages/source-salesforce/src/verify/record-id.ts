/**
 * Whether a key can be a record's Id: 15 characters and three more that say which of them are capitals. Salesforce
 * refuses a whole query for one Id that is none.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm
 */
const SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
const GROUP = 5

const capitals = (group: string): string =>
  SUFFIX[[...group].reduce((bits, char, at) => (/[A-Z]/.test(char) ? bits | (1 << at) : bits), 0)] ?? ""

export const isRecordId = (key: string): boolean =>
  /^[a-zA-Z0-9]{18}$/.test(key) &&
  [0, 1, 2].map((at) => capitals(key.slice(at * GROUP, (at + 1) * GROUP))).join("") === key.slice(3 * GROUP)
