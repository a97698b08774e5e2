/** Names and texts inside SQL. Values that are secret or long are bound as parameters instead. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** `alias."name"` */
export const columnOf = (alias: string, name: string): string => `${alias}.${identifier(name)}`
