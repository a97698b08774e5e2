/** The name of a table that is kept for an org which is read no more; the first that is free. */
export const asideName = (
  table: string,
  orgId: string,
  taken: Set<string>,
  fit: (name: string) => string = (name) => name
): string => {
  for (let turn = 1; ; turn++) {
    const name = fit(turn === 1 ? `${table}_${orgId}` : `${table}_${orgId}_${turn}`)
    if (taken.has(name.toLowerCase())) continue
    taken.add(name.toLowerCase())
    return name
  }
}
