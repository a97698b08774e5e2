/**
 * Names in the destination. `preserve` keeps the source's; `snake_case` gives what dbt packages for Salesforce
 * expect: `BillingStreet` → `billing_street`, `Customer_Logo__c` → `customer_logo_c`.
 */
export type Naming = "preserve" | "snake_case"

const snake = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toLowerCase()

export const physicalName = (naming: Naming, name: string): string =>
  naming === "preserve" ? name : snake(name)

/**
 * Physical names of several source names that must differ. Two that would fall together under snake_case
 * (`Region__c` and `Region_c`) are told apart by keeping the later one's own spelling, in lower case.
 */
export const distinctNames = (
  naming: Naming,
  names: ReadonlyArray<string>
): { readonly names: ReadonlyArray<string>; readonly collision: string | null } => {
  const taken = new Set<string>()
  let collision: string | null = null
  const result = names.map((name) => {
    const wanted = physicalName(naming, name)
    const free = taken.has(wanted.toLowerCase()) ? name.toLowerCase() : wanted
    if (taken.has(free.toLowerCase())) collision ??= name
    taken.add(free.toLowerCase())
    return free
  })
  return { names: result, collision }
}
